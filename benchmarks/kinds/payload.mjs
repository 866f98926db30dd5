/** The work of `bench payload`: large JSON, out and in. */
import { Money, plainOrders, richOrders, SIZES, totals } from '../contenders/payload-tasks.mjs';
import { json } from './json.mjs';

/** More would not make a server do more at a time, but leave more calls unfinished when a measurement ends. */
const CONNECTIONS = 4;

/** @param {string} title @param {string} task @param {unknown} input @returns {Omit<import('./json.mjs').Call, 'answer'>} */
function asking(title, task, input) {
  const path = `/__runner/task/app.tasks.${task}`;
  return { title, request: { ...json.calls.add.request, path, body: JSON.stringify({ input }) } };
}

/** @param {unknown} result */
const answered = (result) => ({ status: 200, body: JSON.stringify({ ok: true, result }) });

const TITLES = { '22k': '22 KB', '100k': '100 KB', '1m': '1 MB' };

/** @param {'22k' | '1m'} size @returns {import('./json.mjs').Call} */
function plain(size) {
  return {
    ...asking(`answer of ${TITLES[size]}, plain`, `plain${size}`, null),
    answer: answered(plainOrders(SIZES[size])),
  };
}

/**
 * The Runner's text of values that JSON has no words for. Those who know nothing but JSON write something else, which
 * does not come back as what it was.
 *
 * @param {'22k' | '1m'} size @returns {import('./json.mjs').Call}
 */
function rich(size) {
  const orders = richOrders(SIZES[size]);
  const ofJson = answered(orders);
  return {
    ...asking(`the same of ${TITLES[size]} with Dates, instances and undefined`, `rich${size}`, null),
    answer: answered(written(orders)),
    answers: { 'node-http': ofJson, 'tunnel-server': ofJson },
  };
}

/** As the Runner's serializer writes it. @param {unknown} value @returns {unknown} */
function written(value) {
  if (value === undefined) return { __type: 'Undefined', value: null };
  if (value instanceof Date) return { __type: 'Date', value: value.toISOString() };
  if (value instanceof Money) return { amount: value.amount, currency: value.currency };
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, written(member)]));
}

/** @param {'100k' | '1m'} size @returns {import('./json.mjs').Call} */
function input(size) {
  const orders = plainOrders(SIZES[size]);
  return { ...asking(`input of ${TITLES[size]}`, 'totals', { orders }), answer: answered(totals(orders)) };
}

/** @type {Record<string, [import('./json.mjs').Call, atLeast: number]>} */
const CALLS = {
  plain22k: [plain('22k'), 4],
  plain1m: [plain('1m'), 4],
  rich22k: [rich('22k'), 1.5],
  rich1m: [rich('1m'), 1.5],
  input100k: [input('100k'), 2],
  input1m: [input('1m'), 2],
};

/** @type {import('./json.mjs').Work} */
export const payload = {
  name: 'payload',
  title: 'large JSON, out and in: token checked, every byte of every answer checked',
  calls: Object.fromEntries(Object.entries(CALLS).map(([name, [call]]) => [name, call])),
  contenders: ['node-exposure', 'node-http', 'tunnel-server', 'native-exposure'],
  connections: [CONNECTIONS],
  targets: Object.entries(CALLS).map(([call, [, atLeast]]) => ({
    ...{ call, figure: /** @type {const} */ ('reqPerSec'), connections: CONNECTIONS },
    ...{ of: 'native-exposure', to: 'node-exposure', atLeast },
  })),
};
