/** Every error code of the wire with its status and default message. `docs/LIFECYCLE.md` and Rust hold the same. */
export const ERROR_CODES = {
  INVALID_JSON: [400, 'Invalid JSON body'],
  BAD_REQUEST: [400, 'Bad Request'],
  INVALID_MULTIPART: [400, 'Invalid multipart payload'],
  MISSING_MANIFEST: [400, 'Missing manifest'],
  PARALLEL_EVENT_RETURN_UNSUPPORTED: [400, 'Returning a payload is not supported'],
  UNAUTHORIZED: [401, 'Unauthorized'],
  FORBIDDEN: [403, 'Forbidden'],
  NOT_FOUND: [404, 'Not Found'],
  METHOD_NOT_ALLOWED: [405, 'Method Not Allowed'],
  REQUEST_TIMEOUT: [408, 'Request Timeout'],
  PAYLOAD_TOO_LARGE: [413, 'Payload too large'],
  INTERNAL_ERROR: [500, 'Internal Error'],
  MISSING_FILE_PART: [500, 'Internal Error'],
  STREAM_ERROR: [500, 'Internal Error'],
  AUTH_NOT_CONFIGURED: [500, 'Authentication not configured.'],
  WORKER_LOST: [502, 'Worker lost'],
  OVERLOADED: [503, 'Overloaded'],
  CLOSING: [503, 'Server is closing'],
  NO_WORKER: [503, 'No worker available'],
  HANDLER_TIMEOUT: [504, 'Handler timed out'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

/** A code of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What a {@link TunnelError} is made of. */
export interface TunnelErrorInit {
  /** What the client reads. */
  message: string;
  /** Names the kind of error, so that a client can tell it from others and rethrow it. */
  id?: string;
  /** Anything the serializer can write; the client gets it as `error.data`. */
  data?: unknown;
  /** The status, 400 to 599. Default 500. */
  httpCode?: number;
}

/** The one kind of error whose content reaches the client. Anything else a handler throws becomes a bland 500. */
export class TunnelError extends Error {
  override readonly name = 'TunnelError';
  readonly id: string | undefined;
  readonly data: unknown;
  readonly httpCode: number | undefined;

  /**
   * @throws {TypeError} when `message` or `id` is not a string.
   * @throws {RangeError} when `httpCode` is not an integer from 400 to 599.
   */
  constructor(init: TunnelErrorInit) {
    const { message, id, data, httpCode } = init;
    if (typeof message !== 'string') {
      throw new TypeError(`TunnelError: message must be a string, got ${typeof message}`);
    }
    if (id !== undefined && typeof id !== 'string') {
      throw new TypeError(`TunnelError: id must be a string, got ${typeof id}`);
    }
    if (httpCode !== undefined && !(Number.isInteger(httpCode) && httpCode >= 400 && httpCode <= 599)) {
      throw new RangeError(`TunnelError: httpCode must be an integer from 400 to 599, got ${httpCode}`);
    }
    super(message);
    this.id = id;
    this.data = data;
    this.httpCode = httpCode;
  }
}

/** A refusal that the dispatcher answers with: a code, and what to say instead of the code's own message. */
export class Refusal {
  constructor(
    readonly code: ErrorCode,
    readonly message: string = ERROR_CODES[code][1],
  ) {}

  get status(): number {
    return ERROR_CODES[this.code][0];
  }

  get envelope(): object {
    return { ok: false, error: { message: this.message, code: this.code } };
  }
}
