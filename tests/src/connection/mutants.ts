/** Random mutations of valid requests, the same ones for the same seed. */

const HOST = 'Host: a\r\n';
const NEXT = `GET / HTTP/1.1\r\n${HOST}\r\n`;
const TASK = '/__runner/task/x';

const REQUESTS = [
  NEXT,
  `POST ${TASK} HTTP/1.1\r\n${HOST}Content-Length: 3\r\nConnection: keep-alive\r\n\r\nabc`,
  `POST /a?b=c#d HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  `POST ${TASK} HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n1;a=b;c="d\\"e"\r\na\r\n0;f\r\nA: b\r\nC: d\r\n\r\n`,
  `GET http://u@h:80/p?q HTTP/1.1\r\n${HOST}Accept: */*\r\nUser-Agent: n/1 (x; y)\r\n\r\n`,
  `${NEXT}POST /b HTTP/1.1\r\n${HOST}Content-Length: 1\r\n\r\naGET /c HTTP/1.1\r\n${HOST}\r\n`,
  `GET / HTTP/1.1\r\n${HOST}Connection: close, x\r\n\r\n\r\n`,
  `GET / HTTP/1.1\r\n${HOST}Connection: keep-alive , close\r\n\r\n${NEXT}`,
  'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n',
  `POST / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\nab`,
  `CONNECT h:1 HTTP/1.1\r\n${HOST}\r\n`,
  `\r\nM-SEARCH * HTTP/1.1\r\n${HOST}A: \r\nB:\tc\t\r\n\r\n`,
  `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${NEXT}`,
];

const FIELDS = [
  'Content-Length: 1',
  'Content-Length: 0',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: ',
  'Transfer-Encoding: x,chunked',
  'Connection: close',
  'Connection: x, close ',
  'Expect: 100-continue',
  'Expect: x',
  'Host: b',
  'A: b',
  ' fold',
].map((field) => `${field}\r\n`);

const FRAGMENTS = [
  ...FIELDS,
  ...['\r\n', '\n', '\r', ' ', '\t', '\0', ':', ',', ';', '=', '"', '\\', '\x7f', '\x80', '\xff'],
  ...['0', '1', 'f', '9', '/', '@', '#', '?', 'chunked', 'close', 'keep-alive', '100-continue'],
  ...['HTTP/1.1', 'HTTP/1.0', 'GET ', 'POST ', '0\r\n\r\n', '\r\n\r\n', 'http://', ';a=b', ';a="b"'],
];

/** Gives whole numbers below its argument; mulberry32. */
type Random = (below: number) => number;

function randomFrom(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Different texts, in latin1. */
export function* mutants(count: number, seed: number): Generator<string> {
  const random = randomFrom(seed);
  const seen = new Set<string>();
  while (seen.size < count) {
    const mutant = mutate(pick(random, REQUESTS), random);
    if (seen.has(mutant)) continue;
    seen.add(mutant);
    yield mutant;
  }
}

function mutate(request: string, random: Random): string {
  let text = request;
  for (let times = 1 + random(random(3) === 0 ? 3 : 1); times > 0; times--) {
    const at = random(text.length + 1);
    const to = Math.min(text.length, at + 1 + random(random(4) === 0 ? 12 : 2));
    const any = random(2) === 0 ? pick(random, FRAGMENTS) : String.fromCharCode(random(256));
    const change = pick(random, [
      () => text.slice(0, at) + any + text.slice(at + 1),
      () => text.slice(0, at) + any + text.slice(at),
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, to) + text.slice(at),
      () => text.slice(0, at) + text.slice(at, to).toUpperCase() + text.slice(to),
    ]);
    text = change();
  }
  return text;
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random(list.length)] as T;
}
