/** The kinds of benchmark, in the order in which all of them are run. */
import * as calls from './calls.mjs';
import {
  CONTENDERS,
  PAYLOAD_CONTENDERS,
  STARTUP_CONTENDERS,
  STREAM_CONTENDERS,
  WORKER_CONTENDERS,
} from './contenders.mjs';
import { growth } from './kinds/growth.mjs';
import { json } from './kinds/json.mjs';
import { latency } from './kinds/latency.mjs';
import { memory } from './kinds/memory.mjs';
import { payload } from './kinds/payload.mjs';
import { startup } from './kinds/startup.mjs';
import { streams } from './kinds/streams.mjs';
import { workers } from './kinds/workers.mjs';
import * as memories from './memory/memory.mjs';
import * as starts from './startup.mjs';
import * as transfers from './streams/transfers.mjs';

/**
 * @typedef {import('./kinds/json.mjs').Work | import('./kinds/streams.mjs').StreamWork} AnyWork
 *
 * @typedef {object} Bench What it measures is its own.
 * @property {(work: any) => Promise<string>} generator What makes the load, with its version.
 * @property {(options: any, labels: Labels, say: (text: string) => void) => Promise<object>} measure
 * @property {(options: any, labels: Labels, measured: any) => string} report The tables.
 * @typedef {import('./report.mjs').Labels} Labels
 *
 * @typedef {object} Kind
 * @property {AnyWork} work
 * @property {import('./contenders.mjs').Entry[]} contenders Who can take part.
 * @property {Bench} bench What measures it.
 */

/** @type {Kind[]} */
export const KINDS = [
  { work: json, contenders: CONTENDERS, bench: calls },
  { work: payload, contenders: PAYLOAD_CONTENDERS, bench: calls },
  { work: latency, contenders: CONTENDERS, bench: calls },
  { work: growth, contenders: CONTENDERS, bench: calls },
  { work: memory, contenders: CONTENDERS, bench: memories },
  { work: startup, contenders: STARTUP_CONTENDERS, bench: starts },
  { work: streams, contenders: STREAM_CONTENDERS, bench: transfers },
  { work: workers, contenders: WORKER_CONTENDERS, bench: calls },
];
