import type { Failure, Request } from './application';
import type { TargetKind } from './call';
import { Refusal, TunnelError } from './errors';
import type { Serializer } from './serializer';

/**
 * Reads a body as the stock exposure does (contract 1.7 and 1.11): a task's input is the member `input` if there is one,
 * else the whole body; an event's payload is the member `payload` and nothing else.
 */
export function readRequest(kind: TargetKind, body: unknown): Request {
  if (kind === 'task') {
    const wrapped = isPlain(body) && Object.hasOwn(body, 'input');
    return { input: wrapped ? body.input : body, returnsResult: true };
  }
  const { payload, returnPayload } = (body ?? {}) as Record<string, unknown>;
  return { input: payload, returnsResult: Boolean(returnPayload) };
}

/** The status and envelope of a failed call: all of a {@link TunnelError}, nothing of anything else (contract 1.9). */
export function writeFailure(serializer: Serializer, error: unknown): Failure {
  const bland = new Refusal('INTERNAL_ERROR');
  if (isTunnelError(error)) {
    const { id, data, httpCode, message } = error;
    const status = httpCode ?? bland.status;
    const shown = status === 500 && id === undefined ? bland.message : message || bland.message;
    const about = { message: shown, code: bland.code, ...(id !== undefined && { id }) };
    const detail = { ...(data !== undefined && { data }), ...(httpCode !== undefined && { httpCode }) };
    // Data that can't be written must not take the rest of the error with it.
    for (const error of [
      { ...about, ...detail },
      { ...about, ...(httpCode !== undefined && { httpCode }) },
    ]) {
      try {
        return { status, text: serializer.stringify({ ok: false, error }) };
      } catch {}
    }
  }
  return { status: bland.status, text: JSON.stringify(bland.envelope) };
}

/** What a validator may say for yes: `true`, or an object whose `ok` is truthy, as the Runner's validators do. */
export function isAccepted(verdict: unknown): boolean {
  try {
    return verdict === true || (isObject(verdict) && Boolean((verdict as { ok?: unknown }).ok));
  } catch {
    return false;
  }
}

/** Anything can be thrown, a revoked proxy too, which can't even be asked what it is. */
function isTunnelError(error: unknown): error is TunnelError {
  try {
    return error instanceof TunnelError;
  } catch {
    return false;
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof (value as { then?: unknown }).then === 'function';
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
