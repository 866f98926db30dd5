import type { NodeExposureDeps } from '@bluelibs/runner/node';
import type { Failure } from '../application';
import { ERROR_CODES } from '../errors';
import type { Codec } from './codec';

type Errors = NodeExposureDeps['store']['errors'];

/** What a registered error tells the client. */
interface Typed {
  id: string | undefined;
  data: unknown;
  httpCode: number | undefined;
}

const [BLAND_STATUS, BLAND] = ERROR_CODES.INTERNAL_ERROR;
const CODE = 'INTERNAL_ERROR';

/** The answer to a task or event that failed (contract 1.9): all of a registered error, nothing of anything else. */
export function writeFailure(codec: Codec, errors: Errors, error: unknown): Failure {
  const typed = readTyped(errors, error);
  if (typed === undefined) return bland(codec);
  const status = sendable(typed.httpCode) ?? BLAND_STATUS;
  const said = error instanceof Error && error.message ? error.message : BLAND;
  const all = content(status, said, typed);
  const { data: _, ...withoutData } = all;
  // What can't be written as data must not take the rest of the error with it (contract D13).
  for (const error of [all, withoutData]) {
    try {
      return { status, text: codec.stringify({ ok: false, error }) };
    } catch {}
  }
  return bland(codec);
}

/** 499: the application gave the call up, and its caller is there to read it. */
export function writeCancelled(codec: Codec): Failure {
  const error = { message: 'Client Closed Request', code: 'REQUEST_ABORTED' };
  return { status: 499, text: written(codec, { ok: false, error }) };
}

function bland(codec: Codec): Failure {
  return { status: BLAND_STATUS, text: written(codec, { ok: false, error: { message: BLAND, code: CODE } }) };
}

/** Never throws: a failure must have an answer. */
function written(codec: Codec, envelope: object): string {
  try {
    return codec.stringify(envelope);
  } catch {
    return JSON.stringify(envelope);
  }
}

/** A 500 leaves out what is not there; any other status says so, as the stock exposure's answers do. */
function content(status: number, said: string, { id, data, httpCode }: Typed): Record<string, unknown> {
  if (status !== BLAND_STATUS) return { message: said, code: CODE, id, data, httpCode };
  return {
    message: id === undefined ? BLAND : said,
    code: CODE,
    ...(id !== undefined && { id }),
    ...(data !== undefined && { data }),
    ...(httpCode !== undefined && { httpCode }),
  };
}

/** What the first registered error that recognises it has to say. */
function readTyped(errors: Errors, error: unknown): Typed | undefined {
  try {
    for (const helper of errors.values()) {
      if (!helper.is(error)) continue;
      const { name, data, httpCode } = Object(error) as {
        name?: unknown;
        data?: unknown;
        httpCode?: unknown;
      };
      return {
        id: typeof name === 'string' ? name : undefined,
        data,
        httpCode: valid(httpCode) ?? valid(helper.httpCode),
      };
    }
  } catch {}
  return undefined;
}

function valid(httpCode: unknown): number | undefined {
  const isCode =
    typeof httpCode === 'number' && Number.isInteger(httpCode) && httpCode >= 100 && httpCode <= 599;
  return isCode ? httpCode : undefined;
}

/** Interim statuses and those without a body can't carry an error (contract D9). */
function sendable(httpCode: number | undefined): number | undefined {
  if (httpCode === undefined || httpCode < 200 || httpCode === 204 || httpCode === 205 || httpCode === 304) {
    return undefined;
  }
  return httpCode;
}
