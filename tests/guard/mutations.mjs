// One-time check: random byte-level mutations of valid requests, to a real node:http server and to the guard.
// `cargo build --release --example verdict && node mutations.mjs [count] [seed]`; prints the differing verdicts.
import { execFileSync } from 'node:child_process';
import { startServer, ask, inParallel } from './oracle.mjs';

const count = Number(process.argv[2] ?? 5000);
let seed = Number(process.argv[3] ?? 1);
const random = (n) => { // mulberry32
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
};
const pick = (list) => list[random(list.length)];

const H = 'Host: a\r\n';
const seeds = [
  `GET / HTTP/1.1\r\n${H}\r\n`,
  `POST /__runner/task/x HTTP/1.1\r\n${H}Content-Length: 3\r\nConnection: keep-alive\r\n\r\nabc`,
  `POST /a?b=c#d HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  `POST /a HTTP/1.1\r\n${H}Transfer-Encoding: gzip, chunked\r\n\r\n1;a=b;c="d\\"e"\r\na\r\n0;f\r\nA: b\r\nC: d\r\n\r\n`,
  `GET http://u@h:80/p?q HTTP/1.1\r\n${H}Accept: */*\r\nUser-Agent: n/1 (x; y)\r\n\r\n`,
  `GET / HTTP/1.1\r\n${H}\r\nPOST /b HTTP/1.1\r\n${H}Content-Length: 1\r\n\r\naGET /c HTTP/1.1\r\n${H}\r\n`,
  `GET / HTTP/1.1\r\n${H}Connection: close, x\r\n\r\n\r\n`,
  `GET / HTTP/1.1\r\n${H}Connection: keep-alive , close\r\n\r\nGET / HTTP/1.1\r\n${H}\r\n`,
  `GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n`,
  `POST / HTTP/1.1\r\n${H}Expect: 100-continue\r\nContent-Length: 2\r\n\r\nab`,
  `CONNECT h:1 HTTP/1.1\r\n${H}\r\n`,
  `\r\nM-SEARCH * HTTP/1.1\r\n${H}A: \r\nB:\tc\t\r\n\r\n`,
  `POST / HTTP/1.1\r\n${H}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n${H}\r\n`,
];
const fragments = ['\r\n', '\n', '\r', ' ', '\t', '\0', ':', ',', ';', '=', '"', '\\', '\x7f', '\x80', '\xff', '0', '1', 'f', '9', '/', '@', '#', '?', 'chunked', 'close',
  'Content-Length: 1\r\n', 'Content-Length: 0\r\n', 'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: \r\n', 'Transfer-Encoding: x,chunked\r\n', 'Connection: close\r\n', 'Connection: x, close \r\n',
  'Expect: 100-continue\r\n', 'Expect: x\r\n', 'Host: b\r\n', 'A: b\r\n', ' fold\r\n', 'HTTP/1.1', 'HTTP/1.0', 'GET ', 'POST ', '0\r\n\r\n', '\r\n\r\n', 'http://', '100-continue', 'keep-alive', ';a=b', ';a="b"'];

function mutate(text) {
  for (let n = 1 + random(random(3) ? 1 : 3); n > 0; n--) {
    const at = random(text.length + 1);
    const to = Math.min(text.length, at + 1 + random(random(4) ? 2 : 12));
    const any = random(2) ? String.fromCharCode(random(256)) : pick(fragments);
    text = pick([
      () => text.slice(0, at) + any + text.slice(at + 1),
      () => text.slice(0, at) + any + text.slice(at),
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, to) + text.slice(at),
      () => text.slice(0, at) + text.slice(at, to).toUpperCase() + text.slice(to),
    ])();
  }
  return text;
}

const texts = [...new Set(Array.from({ length: count }, () => mutate(pick(seeds))))];
const verdict = new URL('../target/release/examples/verdict', import.meta.url).pathname;
const guards = execFileSync(verdict, { input: texts.map((t) => Buffer.from(t, 'latin1').toString('hex')).join('\n'), maxBuffer: 1 << 28 }).toString().split('\n');

const server = await startServer();
const ofNode = async (text, quiet) => {
  const { statuses, closes, seen } = await ask(server, Buffer.from(text, 'latin1'), quiet);
  const error = statuses.find((s) => s >= 400);
  if (error && closes) return `refuse ${error}`;
  if (closes && !statuses.length) return 'refuse 0';
  if (error === 417) return 'answer 417';
  return seen.every((message) => /HTTP\/1\.[01]$/.test(message)) ? 'accept' : 'accept version';
};
const nodes = await inParallel(texts.map((text) => () => ofNode(text, 250)), 200);

/** Differences that the guard's documentation names, by what shows them. */
function known(text, node, guard) {
  if (node === 'answer 417' && guard.startsWith('refuse 417')) return '417 closes';
  if (node !== 'accept' && guard.startsWith('accept Head')) return 'head not complete yet';
  if (node !== 'accept' && guard === 'accept Body') return 'body: trailer line not complete yet';
  if (node === 'accept version') return 'HTTP/0.9 or 2.0';
  if (/(^|[\r\na])[A-Z-]+ ( +[^ ]+|[^ ]+ +) HTTP/.test(text)) return 'blanks in the request line';
  if (/transfer-encoding:[ \t]*\r\n/i.test(text)) return 'empty Transfer-Encoding';
  if (/HTTP\/1\.0[^]*transfer-encoding/i.test(text)) return 'Transfer-Encoding in 1.0';
  if (/upgrade/i.test(text)) return 'upgrade';
  if (/(GET|POST|CONNECT|M-SEARCH) +[^ \r\n]*[\r\n]/.test(text)) return 'HTTP/0.9, CONNECT or unfinished';
  return null;
}
const differing = {};
for (const [i, text] of texts.entries()) {
  const guard = guards[i];
  const same = (node) => node === guard || (node.startsWith('accept') ? guard.startsWith('accept') : guard.startsWith(`${node} `));
  if (same(nodes[i])) continue;
  const node = await ofNode(text, 400); // once more and alone: the first answer may have been late
  if (same(node)) continue;
  const why = known(text, node, guard) ?? `UNEXPLAINED node ${node}, guard ${guard.slice(0, 12)}`;
  (differing[why] ??= []).push(text);
}
const refused = nodes.filter((n) => n.startsWith('refuse')).length;
console.log(`${texts.length} different mutations, ${refused} refused by Node`);
for (const [why, list] of Object.entries(differing)) {
  console.log(`${why}: ${list.length}`);
  for (const text of list.slice(0, why.startsWith('UNEXPLAINED') ? 12 : 0)) console.log('   ', JSON.stringify(text));
}
process.exit(0);
