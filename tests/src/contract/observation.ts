import { RawConnection, type RawResponse } from '../harness/raw';
import { request } from '../harness/request';
import type { Case, Sent } from './case';
import type { LogNote } from './notes';
import type { Side } from './side';
import { unhandled } from './unhandled';

/** An answer as it can be compared: names in lower case, values of equal names in their order. */
export interface Answer {
  readonly status: number | 'nothing' | 'silence';
  readonly line: string;
  readonly headers: Readonly<Record<string, string[]>>;
  /** A character for a byte. */
  readonly body: string;
}

/** Everything that came back from one side, and what happened there. */
export interface Observation {
  readonly answers: readonly Answer[];
  readonly after: string;
  readonly seen: readonly string[];
  readonly logs: readonly LogNote[];
  readonly unhandled: readonly string[];
}

/** What could still come: asked for once the other side has shown how much there is. */
export interface Awaited {
  readonly seen: number;
  readonly logs: number;
}

const SILENCE_MS = 4_000;
const LATE_MS = 2_000;
const IMF_FIXDATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/;
const UUID_V4 = /\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g;
const NOW = /\b20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\b/g;
/** Which is answered without a trace in the app: outside the base path. */
const PROBE = request({ method: 'GET', target: '/is/it/still/open' });

/** Plays a case on one side. */
export async function observe(side: Side, one: Case, awaited?: Awaited): Promise<Observation> {
  const mark = side.notes.mark;
  unhandled.taken();
  const answers: Answer[] = [];
  const connection = await RawConnection.open(side.port);
  const read = async (method = 'POST'): Promise<Answer> => {
    const answer = await Promise.race([
      next(connection, method),
      unhandled.next().then(() => SILENCE),
      silence(),
    ]);
    answers.push(answer);
    return answer;
  };
  let isLeft = false;
  const took = (taken: Answer): void => {
    answers.push(taken);
    isLeft = true;
  };
  try {
    if (one.talk !== undefined) await one.talk(connection, { side, read, took });
    else await converse(connection, one, read);
    const isSilent = answers.at(-1)?.status === 'silence';
    const after = isSilent ? 'silent' : isLeft ? 'left' : await afterwards(connection);
    await one.settles?.(side);
    if (awaited !== undefined) await late(side, mark, awaited);
    const { seen, logs } = side.notes.since(mark);
    return normalised({ answers, after, seen, logs, unhandled: unhandled.taken() }, side);
  } finally {
    connection.leave();
  }
}

async function converse(
  connection: RawConnection,
  { send, pipelined = false }: Case,
  read: (method: string) => Promise<Answer>,
): Promise<void> {
  const all = (Array.isArray(send) ? send : [send]) as Sent[];
  if (pipelined) connection.write(Buffer.concat(all.map(bytes)));
  for (const sent of all) {
    if (!pipelined) connection.write(bytes(sent));
    await read(method(sent));
  }
}

/** What goes over the wire. */
export function bytes(sent: Sent): Buffer {
  if (typeof sent === 'string') return Buffer.from(sent, 'latin1');
  return Buffer.isBuffer(sent) ? sent : request(sent);
}

function method(sent: Sent): string {
  if (typeof sent === 'object' && !Buffer.isBuffer(sent)) return sent.method ?? 'POST';
  return bytes(sent).toString('latin1').split(' ')[0] ?? '';
}

const SILENCE: Answer = { status: 'silence', line: '', headers: {}, body: '' };

/** Only for a server that does not answer at all: a case that expects this is over sooner, see `unhandled`. */
async function silence(): Promise<Answer> {
  await new Promise((resolve) => setTimeout(resolve, SILENCE_MS).unref());
  return SILENCE;
}

async function next(connection: RawConnection, method: string): Promise<Answer> {
  try {
    return answer(await connection.read(method));
  } catch (error) {
    return { status: 'nothing', line: String((error as Error).message), headers: {}, body: '' };
  }
}

function answer({ version, status, reason, headers, body }: RawResponse): Answer {
  const date = headers.date?.map((value) => (IMF_FIXDATE.test(value) ? '<date>' : value));
  return {
    status,
    line: `${version} ${status} ${reason}`,
    headers: { ...headers, ...(date !== undefined && { date }) },
    body: body.toString('latin1'),
  };
}

/** Tries the connection once more. */
async function afterwards(connection: RawConnection): Promise<string> {
  connection.write(PROBE);
  const { status, line } = await Promise.race([next(connection, 'GET'), silence()]);
  if (status === 'nothing') return line.endsWith('unread: ""') ? 'ended' : line;
  return status === 404 ? 'open' : `answers ${line || status}`;
}

async function late(side: Side, { seen, logs }: Awaited, awaited: Awaited): Promise<void> {
  const complete = side.notes.until(
    (notes) => notes.seen.length - seen >= awaited.seen && notes.logs.length - logs >= awaited.logs,
  );
  await Promise.race([complete, new Promise((resolve) => setTimeout(resolve, LATE_MS).unref())]);
}

/** Gives names to what is another one each time: ids that were made here, the port, the time. */
function normalised(observation: Observation, { port }: Side): Observation {
  const ids = new Map<string, string>();
  const name = (uuid: string): string => {
    if (!ids.has(uuid)) ids.set(uuid, `<id ${ids.size + 1}>`);
    return ids.get(uuid) ?? '';
  };
  const normal = (value: unknown): unknown => {
    if (typeof value === 'string') {
      return value.replace(UUID_V4, name).replaceAll(String(port), '<port>').replace(NOW, '<now>');
    }
    if (Array.isArray(value)) return value.map(normal);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, normal(inner)]));
  };
  return normal(observation) as Observation;
}
