import type { RawRequest } from '../harness/request';
import type { Expected } from './case';
import { TOKEN } from './setting';

type Headers = Readonly<Record<string, string>>;

export const AUTH: Headers = { 'x-runner-token': TOKEN };

/** Any target with the token. */
export function to(target: string, more: Omit<RawRequest, 'target'> = {}): RawRequest {
  const { headers = {} } = more;
  const given = Array.isArray(headers) ? [...Object.entries(AUTH), ...headers] : { ...AUTH, ...headers };
  return { body: '{}', ...more, target, headers: given };
}

/** Runs a task with an input. */
export function call(id: string, input?: unknown, headers: Headers = {}): RawRequest {
  const body = input === undefined ? '' : JSON.stringify({ input });
  return { target: `/__runner/task/${id}`, headers: { ...AUTH, ...headers }, body };
}

/** Sends a body to the task that answers its input. */
export function body(body: string | Buffer, headers: Headers = {}): RawRequest {
  return { target: '/__runner/task/echo', headers: { ...AUTH, ...headers }, body };
}

/** Emits an event with a body. */
export function emit(id: string, body = '{}', headers: Headers = {}): RawRequest {
  return { target: `/__runner/event/${id}`, headers: { ...AUTH, ...headers }, body };
}

export function preflight(headers: Headers = {}, target = '/__runner/task/echo'): RawRequest {
  return { method: 'OPTIONS', target, headers };
}

/** A success with this result, as it stands in the body. */
export function result(text: string): Expected {
  return { status: 200, body: `{"ok":true,"result":${text}}` };
}

export const UNDEFINED = '{"__type":"Undefined","value":null}';

/** A refusal. */
export function refused(status: number, code: string, message: string): Expected {
  const quoted = JSON.stringify(message);
  return { status, body: `{"ok":false,"error":{"message":${quoted},"code":"${code}"}}` };
}

/** As the Runner's exposure answers it, with a request id. */
export const NOT_FOUND: Expected = refused(404, 'NOT_FOUND', 'Not Found');
/** Without a request id: it came no further than the listener. */
export const OUTSIDE: Expected = { ...NOT_FOUND, headers: { 'x-runner-request-id': null } };
export const NOT_ALLOWED = refused(405, 'METHOD_NOT_ALLOWED', 'Method Not Allowed');
export const UNAUTHORIZED = refused(401, 'UNAUTHORIZED', 'Unauthorized');
export const NOT_CONFIGURED = refused(500, 'AUTH_NOT_CONFIGURED', 'Authentication not configured.');
export const NOT_ENABLED = refused(403, 'FORBIDDEN', 'Exposure not enabled');
export const INVALID_JSON = refused(400, 'INVALID_JSON', 'Invalid JSON body');
export const TOO_LARGE = refused(413, 'PAYLOAD_TOO_LARGE', 'Payload too large');
export const INTERNAL = refused(500, 'INTERNAL_ERROR', 'Internal Error');

export function notExposed(kind: 'Task' | 'Event', id: string): Expected {
  return refused(403, 'FORBIDDEN', `${kind} ${id} not exposed`);
}

/** The bytes that Node's parser answers. */
export function parserRefuses(status: number, reason: string): Expected {
  return { status, reason, body: '', headers: { connection: 'close' } };
}
