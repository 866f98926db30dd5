/** The work of `bench workers`: calls that need more of JavaScript than adding, in one process and in several. */
import { digested, spun } from '../contenders/worker-tasks.mjs';
import { json } from './json.mjs';

/** About a millisecond on a core of 3.5 GHz. */
const ROUNDS = 900_000;
const BODY_BYTES = 64 * 1024;
const CONNECTIONS = [16, 64];

/** @param {string} title @param {string} task @param {unknown} input @param {unknown} result @returns {import('./json.mjs').Call} */
function call(title, task, input, result) {
  return {
    title,
    request: {
      ...json.calls.add.request,
      path: `/__runner/task/app.tasks.${task}`,
      body: JSON.stringify({ input }),
    },
    answer: { status: 200, body: JSON.stringify({ ok: true, result }) },
  };
}

/** Letters that make the body as long as it should be, in no order: pieces that change places change the sum. */
function letters() {
  const length = BODY_BYTES - JSON.stringify({ input: { text: '' } }).length;
  const letter = (_, at) => String.fromCharCode(97 + ((Math.imul(at, 2654435761) >>> 16) % 26));
  return Array.from({ length }, letter).join('');
}

const text = letters();

/** @type {import('./json.mjs').Work} */
export const workers = {
  name: 'workers',
  title: 'one process, several, and the front with workers: token checked, every answer checked',
  calls: {
    add: json.calls.add,
    spin: call('1 ms of CPU in the handler', 'spin', { rounds: ROUNDS }, spun(ROUNDS)),
    digest: call('64 KiB of JSON, and its checksum back', 'digest', { text }, digested(text)),
  },
  contenders: ['node-exposure', 'native-exposure', 'cluster-2', 'front-1', 'front-2'],
  yardsticks: ['node-exposure', 'cluster-2'],
  connections: CONNECTIONS,
  targets: targets(),
};

/** @returns {import('./json.mjs').Target[]} */
function targets() {
  const of = (name, to, task, bounds) =>
    CONNECTIONS.map((connections) => ({
      ...{ call: task, figure: /** @type {const} */ ('reqPerSec'), connections, of: name, to },
      ...bounds,
    }));
  return [
    ...of('front-1', 'node-exposure', 'add', { atLeast: 3 }),
    ...['add', 'spin', 'digest'].flatMap((task) => of('front-2', 'cluster-2', task, { notBelow: 1 })),
    ...of('front-1', 'native-exposure', 'add', {}),
  ];
}
