/** The work of `bench startup`: from nothing to the first answer. */
import { json } from './json.mjs';

/** @param {string} of @param {string} base @param {'insideMs' | 'startCpuMs'} [figure] */
const above = (of, base, figure = 'insideMs') => ({ figure, connections: 1, of, above: base });

/** @type {import('./json.mjs').Work} */
export const startup = {
  ...json,
  name: 'startup',
  title: 'from the start of the process to listening, and to the first answer',
  rounds: 20,
  figures: ['insideMs', 'listenMs', 'startCpuMs', 'answerMs'],
  compared: 'listenMs',
  yardsticks: ['empty'],
  contenders: ['empty', 'runner-only', ...json.contenders.filter((name) => name !== 'axum')],
  connections: [1],
  targets: [
    { ...above('native-exposure', 'empty'), atMost: 15 },
    { ...above('tunnel-server', 'empty'), atMost: 15 },
    { ...above('native-exposure', 'runner-only'), atMost: 15 },
    above('node-exposure', 'runner-only'),
    above('node-http', 'empty'),
    above('native-exposure', 'runner-only', 'startCpuMs'),
    above('tunnel-server', 'empty', 'startCpuMs'),
  ],
};
