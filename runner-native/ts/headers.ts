import type { IncomingHttpHeaders } from 'node:http';

/** Of these Node keeps the first line and drops the others. */
const SINGLETONS = new Set(
  (
    'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since ' +
    'last-modified location max-forwards proxy-authorization referer retry-after server user-agent'
  ).split(' '),
);

/**
 * Node's parser hands lines over in groups of 31, and takes no more of them once it has the 1000 of `maxHeadersCount`:
 * that many end up in `rawHeaders`.
 */
const RAW_LINES = 1023;
/** Of those, so many count in `headers`. */
const FOLDED_LINES = 1000;

/** Reads a head as `req.rawHeaders` of `node:http` would be: names and values in turn, blanks around values cut off. */
export function readRawHeaders(head: string): string[] {
  return readLines(head, head.indexOf('\n') + 1 || head.length);
}

/** Reads what stands behind the head's empty line as `req.rawTrailers` of `node:http` would be. */
export function readRawTrailers(head: string): string[] {
  const end = head.indexOf(EMPTY_LINE);
  return end < 0 ? [] : readLines(head, end + EMPTY_LINE.length);
}

/** Reads lines that are trailers alone. */
export function readTrailerLines(lines: string): string[] {
  return readLines(lines, 0);
}

/** How much of raw headers counts: what `node:http` gives `_addHeaderLines` beside them. */
export function counted(raw: readonly string[]): number {
  return Math.min(raw.length, 2 * FOLDED_LINES);
}

/** Makes of raw headers what `req.headers` of `node:http` would be: names in lower case, lines of one name joined. */
export function foldHeaders(raw: readonly string[]): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (let at = 0, end = counted(raw); at + 1 < end; at += 2) {
    add(headers, (raw[at] as string).toLowerCase(), raw[at + 1] as string);
  }
  return headers;
}

const EMPTY_LINE = '\r\n\r\n';

/** Reads the lines from `start` on, up to an empty one. */
function readLines(text: string, from: number): string[] {
  const raw: string[] = [];
  for (let start = from; start < text.length && raw.length < 2 * RAW_LINES; ) {
    const end = text.indexOf('\r', start);
    if (end === start) break;
    const colon = text.indexOf(':', start);
    raw.push(text.slice(start, colon), trimmed(text, colon + 1, end));
    start = end + 2;
  }
  return raw;
}

/** `String.prototype.trim` would take more than blanks and tabs. */
function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function add(headers: IncomingHttpHeaders, name: string, value: string): void {
  const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (name === 'set-cookie') {
    headers[name] = [...(headers[name] ?? []), value];
  } else if (name === '__proto__') {
    // Not a header for Node either: an assignment would set the prototype.
  } else if (before === undefined) {
    headers[name] = value;
  } else if (!SINGLETONS.has(name)) {
    headers[name] = `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
}

/**
 * What a reply frame's head is: a line with the reason phrase, then lines `name:value`; after an empty line those that win
 * over what the front says.
 */
export function headText(
  reason: string,
  headers: Readonly<Record<string, unknown>>,
  winning: Readonly<Record<string, unknown>> = {},
): string {
  return `${reason}\n${lines(headers)}\n${lines(winning)}`;
}

function lines(headers: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value]) text += `${name}:${one}\n`;
  }
  return text;
}
