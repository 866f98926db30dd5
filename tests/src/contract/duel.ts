import assert from 'node:assert/strict';
import { type NodeExposureHandlers, r, run } from '@bluelibs/runner/node';
import { comparable } from './allowed';
import type { Act, Case, Difference, Expected, Outcome, Stage } from './case';
import { defects } from './defects';
import { differences, WANTED } from './difference';
import { behindFront } from './front';
import { type Answer, type Observation, observe } from './observation';
import { type Form, PLAIN, type Setting } from './setting';
import { QUIETLY, type Side, startSide } from './side';
import { exposures, isFront, isStockTwice, ours, type Subject, stock } from './subjects';
import { unhandled } from './unhandled';

/** The stock server and ours, with the same app and the same configuration. */
export class Duel {
  private constructor(
    readonly stock: Side,
    readonly ours: Side,
    private readonly form: Form,
  ) {}

  static async start(setting: Setting = PLAIN, second: (setting: Setting) => Promise<Side> = startOurs) {
    unhandled.start();
    const first = await startSide(stock, setting);
    try {
      return new Duel(first, await second(setting), setting.form ?? 'native');
    } catch (error) {
      await first.stop();
      unhandled.stop();
      throw error;
    }
  }

  /** Plays a case on both; fails when the stock server does not do what the case is about, or ours differs. */
  async play(one: Case): Promise<void> {
    const [first, second] = await this.observe(one);
    judge(one, first, second, this.form);
  }

  /** What both do. */
  async observe(one: Case): Promise<[stock: Observation, ours: Observation]> {
    if (one.together === true) return Promise.all([observe(this.stock, one), observe(this.ours, one)]);
    const first = await observe(this.stock, one);
    const differs = differing(one, this.form)?.ours;
    // What nobody handles in stock is handled, and so not logged, by ours: not to be waited for.
    const expected = first.logs.filter(({ message }) => message !== 'exposure.http.unhandled');
    const awaited =
      differs === undefined
        ? { seen: first.seen.length, logs: expected.length }
        : { seen: 0, logs: differs.logs?.length ?? 0 };
    return [first, await observe(this.ours, one, awaited)];
  }

  async stop(): Promise<void> {
    await Promise.all([this.stock.stop(), this.ours.stop()]);
    unhandled.stop();
  }
}

export function judge(one: Case, first: Observation, second: Observation, form: Form = 'native'): void {
  const lacking = unmet(one, first);
  assert.ok(
    lacking.length === 0,
    `the stock server does not do what this case is about:\n${lacking.join('\n')}`,
  );
  const all = differences(comparable(first, form), comparable(second, form));
  const differs = differing(one, form);
  if (differs === undefined) {
    assert.ok(all.length === 0, `ours differs:\n${all.join('\n')}`);
    return;
  }
  const missing = unmet(differs.ours, second);
  assert.ok(missing.length === 0, `ours does not do what ${differs.by} says:\n${missing.join('\n')}`);
  assert.notEqual(all.length, 0, `ours does not differ, though ${differs.by} says so`);
}

/** The difference of a case, where it is one: a defect that is not fixed in this form has to be as stock. */
function differing<T>({ differs }: { differs?: Difference<T> }, form: Form): Difference<T> | undefined {
  if (differs === undefined || isStockTwice) return undefined;
  const defect = defects().get(differs.by);
  const isOne = defect === undefined ? form === 'native' : defect[form].startsWith('fixed');
  return isOne ? differs : undefined;
}

/** What an outcome expects and the observation does not show. */
export function unmet(outcome: Outcome, observation: Observation): string[] {
  const { gets, after = 'open', seen = [], logs = [], unhandled: errors = [] } = outcome;
  const expected = (Array.isArray(gets) ? gets : [gets]) as Expected[];
  const { answers } = observation;
  const wanted = (start: string): boolean => observation.seen.some((line) => line.startsWith(start));
  const isSilent = expected.at(-1)?.status === 'silence';
  return [
    ...differences(expected.length, answers.length, 'number of answers', WANTED),
    ...expected.flatMap((one, at) => unlike(one, answers[at], `answer ${at + 1}`)),
    ...(isSilent ? [] : differences(after, observation.after, 'after', WANTED)),
    ...seen
      .filter((start) => (start.startsWith('!') ? wanted(start.slice(1)) : !wanted(start)))
      .map((start) => `seen: ${start}, in ${JSON.stringify(observation.seen)}`),
    ...differences(
      logs,
      observation.logs.map(({ message }) => message),
      'logs',
      WANTED,
    ),
    ...differences(errors, observation.unhandled, 'unhandled', WANTED),
  ];
}

function unlike(expected: Expected, answer: Answer | undefined, at: string): string[] {
  if (answer === undefined) return [];
  const { status, reason, body, headers = {} } = expected;
  return [
    ...differences(status, answer.status, `${at}, status`, WANTED),
    ...(reason === undefined ? [] : differences(reason, answer.line.slice(13), `${at}, reason`, WANTED)),
    ...(body === undefined ? [] : differences(body, utf8(answer.body), `${at}, body`, WANTED)),
    ...Object.entries(headers).flatMap(([name, value]) =>
      differences(value, answer.headers[name]?.join(', ') ?? null, `${at}, ${name}`, WANTED),
    ),
  ];
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

/** Does something to both, one after the other. */
export async function playAct(act: Act): Promise<void> {
  const [first, second] = [await perform(act, stock), await perform(act, ours())];
  assert.deepEqual(first, act.is, 'the stock server does not do what this case is about');
  const differs = differing(act, act.form ?? 'native');
  if (differs !== undefined) return assert.deepEqual(second, differs.ours);
  const all = differences(first, second);
  assert.ok(all.length === 0, `ours differs:\n${all.join('\n')}`);
}

async function perform(act: Act, subject: Subject): Promise<unknown> {
  const cleaning: (() => unknown)[] = [];
  let fronts = 0;
  const stage: Stage = {
    side: subject.name,
    exposures: exposures(subject),
    async start(setting = PLAIN) {
      const side = await startSide(subject, setting);
      cleaning.push(() => side.stop());
      if (side.isBehind) fronts += 1;
      return side;
    },
    async run(registered, of, overrides = []) {
      const app = r.resource('contract.small').register(registered).overrides(overrides).build();
      const isBehind = isFront && subject.name === 'ours';
      const { value: runtime, front } = await behindFront(isBehind, () => run(app, QUIETLY));
      cleaning.push(() => front?.stop());
      if (front !== undefined) fronts += 1;
      cleaning.push(() => runtime.dispose());
      return runtime.getResourceValue(of.resource ?? of) as NodeExposureHandlers;
    },
    after: (clean) => cleaning.push(clean),
  };
  unhandled.start();
  try {
    const result = await act.act(stage);
    const isProven = !isFront || subject.name === 'stock' || fronts > 0;
    assert.ok(isProven, 'no front took part in this: say why in exempt.ts');
    return result;
  } finally {
    for (const clean of cleaning.reverse()) await clean();
    unhandled.stop();
  }
}

function startOurs(setting: Setting): Promise<Side> {
  return startSide(ours(), setting);
}
