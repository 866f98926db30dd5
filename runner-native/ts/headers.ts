import type { IncomingHttpHeaders } from 'node:http';

/** Of these Node keeps the first line and drops the others. */
const SINGLETONS = new Set(
  (
    'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since ' +
    'last-modified location max-forwards proxy-authorization referer retry-after server user-agent'
  ).split(' '),
);

/** Reads a head as `req.rawHeaders` of `node:http` would be: names and values in turn, blanks around values cut off. */
export function readRawHeaders(head: string): string[] {
  const raw: string[] = [];
  let start = head.indexOf('\n') + 1;
  while (start > 0 && start < head.length) {
    const end = head.indexOf('\r', start);
    const colon = head.indexOf(':', start);
    raw.push(head.slice(start, colon), trimmed(head, colon + 1, end));
    start = end + 2;
  }
  return raw;
}

/** Makes of raw headers what `req.headers` of `node:http` would be: names in lower case, lines of one name joined. */
export function foldHeaders(raw: readonly string[]): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  for (let at = 0; at + 1 < raw.length; at += 2) {
    add(headers, (raw[at] as string).toLowerCase(), raw[at + 1] as string);
  }
  return headers;
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

/** What a reply frame's head is: a line with the reason phrase, then lines `name:value`. */
export function headText(reason: string, headers: Readonly<Record<string, unknown>>): string {
  let text = `${reason}\n`;
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value]) text += `${name}:${one}\n`;
  }
  return text;
}
