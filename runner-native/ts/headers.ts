import type { IncomingHttpHeaders } from 'node:http';

/** Of these Node keeps the first line and drops the others. */
const SINGLETONS = new Set(
  (
    'age authorization content-length content-type etag expires from host if-modified-since if-unmodified-since ' +
    'last-modified location max-forwards proxy-authorization referer retry-after server user-agent'
  ).split(' '),
);

/** Reads lines `name:value\n`, names in lower case, into what `req.headers` of `node:http` would be. */
export function parseHeaders(lines: string): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = {};
  let start = 0;
  while (start < lines.length) {
    const end = lines.indexOf('\n', start);
    const colon = lines.indexOf(':', start);
    add(headers, lines.slice(start, colon), lines.slice(colon + 1, end));
    start = end + 1;
  }
  return headers;
}

function add(headers: IncomingHttpHeaders, name: string, value: string): void {
  const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (name === 'set-cookie') {
    headers[name] = [...(headers[name] ?? []), value];
  } else if (before === undefined) {
    // A plain assignment of `__proto__` would set the prototype instead.
    Object.defineProperty(headers, name, { value, writable: true, enumerable: true, configurable: true });
  } else if (!SINGLETONS.has(name)) {
    headers[name] = `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
}
