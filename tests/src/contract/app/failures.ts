import { cancellationError, r } from '@bluelibs/runner/node';
import { task } from './tasks';

const conflict = r.error<{ name: string }>('app.errors.conflict').httpCode(409).build();
const plain = r.error<{ detail: unknown }>('app.errors.plain').build();
const helpful = r
  .error<{ name: string }>('app.errors.helpful')
  .httpCode(422)
  .format(({ name }) => `no ${name}`)
  .remediation('Try another name.')
  .build();
const mute = r
  .error('app.errors.mute')
  .httpCode(418)
  .format(() => '')
  .build();
const stranger = r.error<{ a: number }>('app.errors.stranger').httpCode(409).build();

/** The registered ones; `stranger` is not. */
export const errors = () => [conflict, plain, helpful, mute];

/** A registered error with a status of its own. */
function coded(httpCode: unknown): Error {
  return Object.assign(conflict.new({ name: 'x' }), { httpCode });
}

/** What a task can throw, by name. */
export const FAILURES: Readonly<Record<string, () => unknown>> = {
  error: () => new Error('inner detail'),
  emptyError: () => new Error(''),
  typeError: () => new TypeError('wrong type'),
  string: () => 'only text',
  null: () => null,
  undefined: () => undefined,
  abort: () => new DOMException('aborted', 'AbortError'),
  look: () => ({
    id: 'app.errors.conflict',
    name: 'app.errors.conflict',
    httpCode: 409,
    message: 'look-alike',
  }),
  sql: () => Object.assign(new Error('db'), { sql: 'select 1', httpCode: 400 }),
  stranger: () => stranger.new({ a: 1 }),
  conflict: () => conflict.new({ name: 'taken' }),
  plain: () => plain.new({ detail: [1] }),
  helpful: () => helpful.new({ name: 'cake' }),
  mute: () => mute.new(),
  cancelled: () => cancellationError.new({ reason: 'inner' }),
  typedData: () => plain.new({ detail: new Date(0) }),
  unserialisable: () => conflict.new({ name: (() => 1) as never }),
  code500: () => coded(500),
  code404: () => coded(404),
  code599: () => coded(599),
  code99: () => coded(99),
  code600: () => coded(600),
  codeText: () => coded('404'),
  codeFraction: () => coded(404.5),
  code204: () => coded(204),
  code304: () => coded(304),
  code200: () => coded(200),
  code101: () => coded(101),
  unsafeFields: () => Object.assign(conflict.new({ name: 'x' }), { stack: 'hidden', sql: 'hidden' }),
};

export function failing() {
  return task('fail', (name) => {
    const make = FAILURES[String(name)];
    if (make === undefined) throw new Error(`no failure ${name}`);
    throw make();
  });
}
