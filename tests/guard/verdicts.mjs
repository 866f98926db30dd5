// Writes rust-tunnel/src/http/io/guard/tests/verdicts.json: what a real node:http server (default options) makes of
// raw bytes. Needs nothing but Node, the one whose behaviour is to be matched (20):
//
//     node tests/guard/verdicts.mjs
//
// A case that the guard decides otherwise on purpose carries `differs`: the guard's verdict (a status, 0 for silence,
// null for acceptance) and the reason. `tests/src/connection/verdicts.test.ts` sends all of them to both servers.
import { writeFileSync } from 'node:fs';
import { ask, inParallel, startServer } from './oracle.mjs';

const HOST = 'Host: a\r\n';
const GET = `GET / HTTP/1.1\r\n${HOST}`;
const POST = `POST / HTTP/1.1\r\n${HOST}`;
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;
const END = '0\r\n\r\n';
const NEXT = `${GET}\r\n`;
const cases = [];

const add = (name, bytes, differs) => cases.push({ name, bytes, ...(differs && { differs }) });
const line = (text, differs) => add(`request line ${text}`, `${text}\r\n${HOST}\r\n`, differs);
const target = (text, differs) => add(`target ${text}`, `GET ${text} HTTP/1.1\r\n${HOST}\r\n`, differs);
const field = (text, body = '', differs) => add(`field ${text}`, `${POST}${text}\r\n\r\n${body}`, differs);
const chunks = (text, differs) => add(`chunks ${text}`, CHUNKED + text, differs);
const then = (name, first, second, differs) => add(name, first + second, differs);

const otherLine = { status: 400, why: 'the request line is none of HTTP/1.0 or 1.1 with single blanks' };
const noCoding = {
  status: 400,
  why: 'an empty Transfer-Encoding: proxies frame it in several ways',
};
const stays417 = { status: 417, why: 'Node keeps the connection open after its 417; the guard closes it' };
const swallowed = {
  status: 400,
  why: 'Node drops what follows an Upgrade request in the same read; the guard reads it',
};
const tooLong = {
  status: 431,
  why: 'Node does not count blanks and line ends; the guard allows 32 KiB of head in all',
};
const wholeBody = {
  status: 413,
  why: 'Node limits the extensions of each chunk, the guard those of a body',
};

// Methods, each alone.
for (const method of (
  'GET HEAD POST PUT DELETE PATCH OPTIONS TRACE ACL BIND CHECKOUT COPY LINK LOCK M-SEARCH MERGE ' +
  'MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY PROPFIND PROPPATCH PURGE QUERY REBIND REPORT SEARCH SOURCE SUBSCRIBE UNBIND ' +
  'UNLINK UNLOCK UNSUBSCRIBE CONNECT get Get GETX GE FOO PRI HTTP M- SUB DESCRIBE FLUSH'
).split(' ')) {
  line(`${method} / HTTP/1.1`);
}

// Request lines.
line('GET / HTTP/1.0');
for (const version of [
  'HTTP/1.2',
  'HTTP/3.0',
  'HTTP/0.1',
  'http/1.1',
  'HTTP/1',
  'HTTP/1.',
  'HTTP/1.10',
  'HTTP/01.1',
  'HTTP/1.1 ',
  'HTTP/1,1',
  'HTTPS/1.1',
  'HTTP',
  'XTTP/1.1',
])
  line(`GET / ${version}`);
line('GET / HTTP/2.0', otherLine);
line('GET / HTTP/0.9', otherLine);
line('DESCRIBE / RTSP/1.0', otherLine);
line('SOURCE / ICE/1.0', otherLine);
line('GET  / HTTP/1.1', otherLine);
line('GET /  HTTP/1.1', otherLine);
line('GET\t/ HTTP/1.1');
line('GET /\tHTTP/1.1');
line(' GET / HTTP/1.1');
line('GET HTTP/1.1');
line('GET / x HTTP/1.1');
line('GET /', otherLine);
add('HTTP/0.9', 'GET /\r\n\r\n', otherLine);
add('HTTP/0.9 by LF', 'GET /\nHost: a\r\n\r\n', otherLine);
add('HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
add('TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
add('garbage', 'hello\r\n\r\n');
add('NUL', '\0');
add('BOM', `\xef\xbb\xbf${NEXT}`);
add('CRLF first', `\r\n${NEXT}`);
add('many CRLF first', `\r\n\r\n\r\n${NEXT}`);
add('LF first', `\n${NEXT}`);
add('CR first', `\r${NEXT}`);
add('only CRLF', '\r\n');
add('LF after version', `GET / HTTP/1.1\n${HOST}\r\n`);
add('CR CR after version', `GET / HTTP/1.1\r\r\n${HOST}\r\n`);
add('method unfinished', 'GE');
add('head unfinished', GET);
add('wrong method unfinished', 'GX');

// Targets.
for (const text of [
  '*',
  '//',
  '/a\\b',
  '/"',
  '/<>',
  '/%',
  '/%zz',
  '/a?b?c',
  '/a#b#c',
  '/##',
  '/|{}^`',
  '/`',
  '/?"<>`',
  '//:99999/x',
  'http://h:x/',
  'http://[',
  '*x',
  '*é',
  '/é',
  '/?é',
  '/#é',
  'http://é/',
  'http://h',
  'http://h/',
  'http://h:80/a?b',
  'http://h?x',
  'http://h#x',
  'http://u@h/',
  'http://u@@h/',
  'http://u@h@/',
  'http://[::1]/',
  'http://h"/',
  'http://h\\/',
  'http://h^/',
  'http://h%41/',
  'http:',
  'http:/',
  'http:/h',
  'http://',
  'http:///',
  'ws://h/',
  'h2c://h/',
  'ht-tp://h/',
  'x:y',
  'h:80',
  'a',
  '1',
  '?',
  '#',
  '.',
  '/\x7f',
  '/\x01',
  '/\t',
])
  target(text);
add('CONNECT h:1', `CONNECT h:1 HTTP/1.1\r\n${HOST}\r\n`);
add('CONNECT without host', 'CONNECT h:1 HTTP/1.1\r\n\r\n');
add('CONNECT in 1.0', 'CONNECT h:1 HTTP/1.0\r\n\r\n');
add('CONNECT to a path', 'CONNECT /h HTTP/1.1\r\n\r\n');
add('CONNECT #', 'CONNECT h# HTTP/1.1\r\n\r\n');
add(
  'CONNECT with both framings',
  'CONNECT h:1 HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
);
add('CONNECT with gzip', 'CONNECT h:1 HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n');
add('CONNECT and more', 'CONNECT h:1 HTTP/1.1\r\n\r\n\x16\x03\x01');
then('CONNECT as second', NEXT, 'CONNECT h:1 HTTP/1.1\r\n\r\n');

// Header lines.
for (const text of [
  'A: b',
  'A:b',
  'A:',
  'A: ',
  'A:\t b \t',
  'A : b',
  'A\t: b',
  ' A: b',
  '\tA: b',
  ': b',
  'A',
  'A b: c',
  'A(: b',
  'A@: b',
  'A/b: c',
  '"A": b',
  "!#$%&'*+-.^_`|~09azAZ: b",
  'é: b',
  'A: é\xff',
  'A: \x00',
  'A: b\x00c',
  'A: \x01',
  'A: \x7f',
  'A: \x1f',
  'A: b\rc',
  'A: b\r\r\nB: c',
  'A: b\nB: c',
  'A: b\r\n c',
  'A: b\r\n\tc',
  'A:\r\n b',
  'A: b\r\n\r',
  'A\r\nB: c',
  'A\0: b',
  'A: b\tc',
  'A: "b',
  'A:: b',
  'A: b: c',
])
  field(text, '');
add('fold of the first line', `GET / HTTP/1.1\r\n ${HOST}\r\n`);
add('bare LF as end of head', `GET / HTTP/1.1\r\n${HOST}\n`);
add('LF lines throughout', 'GET / HTTP/1.1\nHost: a\n\n');
add('CR and X as end of head', `GET / HTTP/1.1\r\n${HOST}\rX`);

// Host and Expect.
add('no Host', 'GET / HTTP/1.1\r\n\r\n');
add('no Host, absolute target', 'GET http://h/ HTTP/1.1\r\n\r\n');
add('no Host, body outstanding', 'POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\na');
add('no Host, unknown Expect', 'GET / HTTP/1.1\r\nExpect: x\r\n\r\n');
add('no Host in 1.0', 'GET / HTTP/1.0\r\n\r\n');
add('Host is almost there', 'GET / HTTP/1.1\r\nHostx: a\r\nHos: a\r\n\r\n');
add('empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n');
add('HOST', 'GET / HTTP/1.1\r\nHOST: a\r\n\r\n');
add('two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n');
add('odd Host', 'GET / HTTP/1.1\r\nHost: a b@"\r\n\r\n');
add('Host as trailer only', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: a\r\n\r\n');
for (const text of [
  '100-continue',
  '100-Continue',
  '100-continue, x',
  'x, 100-continue',
  'x 100-continue;y',
  '100-100-continue',
  '100-continue=1',
  '"100-continue"',
  'x\r\nExpect: 100-continue',
  '100-continue\r\nExpect: x',
  '\xe9100-continue\xe9',
])
  field(`Expect: ${text}`);
for (const text of [
  'x',
  '',
  '100',
  '100-continuex',
  'x100-continue',
  '100-continue_',
  '_100-continue',
  '100-continue100-continue',
  '100 -continue',
  '1100-continue',
  'x\r\nExpect: y',
])
  field(`Expect: ${text}`, '', stays417);
add('unknown Expect in 1.0', 'GET / HTTP/1.0\r\nExpect: x\r\n\r\n');
then('unknown Expect and another request', `${POST}Expect: x\r\n\r\n`, NEXT, stays417);

// Content-Length.
for (const text of [
  '1',
  '01',
  '0000000000000000000000000001',
  '1 ',
  '1   ',
  '1\t',
  '\t1',
  '1, 1',
  '1,',
  '+1',
  '-1',
  '0x1',
  '1 1',
  '1;a',
  '1.0',
  '"1"',
  '',
  ' ',
  'a',
  '1a',
  '18446744073709551616',
  '99999999999999999999',
  '1\r\nContent-Length: 1',
  '1\r\nContent-Length: 2',
  '1\r\nA: b\r\ncontent-length: 1',
  '1\r\n 2',
  '\r\n 1',
])
  field(`Content-Length: ${text}`, 'a');
field('Content-Length : 1', 'a');
field('Content-Length: 0\r\nContent-Length: 0');
field('CONTENT-LENGTH: 1', 'a');
field('Content-Lengt: 1');
field('Content-Lengthx: 1');
field('Content-Length: 18446744073709551615');
field('Content-Length: 2', 'a');

// Transfer-Encoding.
for (const text of [
  'chunked',
  'Chunked',
  'CHUNKED',
  'gzip, chunked',
  'gzip,chunked',
  'gzip ,\tchunked',
  ', chunked',
  'chunked ',
  'chunked  ',
  'chunked\t',
  'chunked,',
  'chunked, ',
  'chunked ,',
  'chunked, chunked',
  'chunked, gzip',
  'chunked;q=1',
  '"chunked"',
  'xchunked',
  'chunkedx',
  'chunke',
  'x chunked',
  'chunkedx, chunked',
  'chunked x, chunked',
  'chunked\t, chunked',
  'gzip',
  'identity',
  'gzip, deflate',
  'gzip;a="x,chunked',
  'gzip;a="x, chunked"',
  'chunked\r\nTransfer-Encoding: chunked',
  'chunked\r\nTransfer-Encoding: gzip',
  'gzip\r\nTransfer-Encoding: chunked',
  'gzip\r\nTransfer-Encoding: gzip',
  '\r\n chunked',
  'chunked\r\n ',
  '\x0bchunked',
  'chunked\x0b',
])
  field(`Transfer-Encoding: ${text}`, END);
field('Transfer-Encoding : chunked', END);
field('Transfer_Encoding: chunked');
field('Transfer-Encodin: chunked');
field('Transfer-Encodingx: chunked');
field('Content-Length: 5\r\nTransfer-Encoding: chunked', END);
field('Transfer-Encoding: chunked\r\nContent-Length: 5', END);
field('Content-Length: 0\r\nTransfer-Encoding: gzip', END);
field('Transfer-Encoding: gzip\r\nContent-Length: 0', END);
field('Transfer-Encoding:', '', noCoding);
field('Transfer-Encoding: chunked\r\nTransfer-Encoding:', END, noCoding);
field('Transfer-Encoding:\r\nContent-Length: 1', 'a', noCoding);
field('Content-Length: 1\r\nTransfer-Encoding:', 'a');
add('chunked in 1.0', `POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n${END}`);
add('gzip in 1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n');

// Chunks.
for (const text of [
  '1\r\na\r\n',
  '00',
  '000000000000000000001\r\na\r\n',
  'a\r\n0123456789\r\n',
  'A\r\n0123456789\r\n',
  '1;a\r\na\r\n',
  '1;a=b\r\na\r\n',
  '1;a="b c"\r\na\r\n',
  '1;a="\\""\r\na\r\n',
  '1;a=b;c;d="e"\r\na\r\n',
  '1;=b\r\na\r\n',
  '1;a=\r\na\r\n',
  '1;;a\r\na\r\n',
  '1;a=b"c"\r\na\r\n',
  '1;a="\xe9\t"\r\na\r\n',
  '1 \r\na\r\n',
  ' 1\r\na\r\n',
  '1\t\r\na\r\n',
  '1 ;a\r\na\r\n',
  '1; a\r\na\r\n',
  '1;a =b\r\na\r\n',
  '1;a= b\r\na\r\n',
  '1;\r\na\r\n',
  '1;;\r\na\r\n',
  '1;a;\r\na\r\n',
  '1;a==b\r\na\r\n',
  '1;a="b\r\na\r\n',
  '1;a="b"c\r\na\r\n',
  '1;"a"\r\na\r\n',
  '1;a\nb\r\na\r\n',
  '1;a=b\nc\r\na\r\n',
  '1;a="b\nc"\r\na\r\n',
  '1;a\rb\r\na\r\n',
  '1;a\0\r\na\r\n',
  '1;\xe9\r\na\r\n',
  '0x1\r\na\r\n',
  '+1\r\na\r\n',
  '-1\r\na\r\n',
  'g\r\n',
  '\r\n',
  '1\na\r\n',
  '1\r\na\n',
  '1\r\na',
  '1\r\nab\r\n',
  '2\r\na\r\n',
  '1\r\r\na\r\n',
  '10000000000000000\r\n',
  'fffffffffffffffff\r\n',
  '1\r\na\r\r\n',
  '1\r\na\rX',
])
  chunks(`${text}${END}`);
chunks('ffffffffffffffff\r\n');
chunks('5\r\nab');
chunks('0\r\n');
for (const text of [
  'A: b',
  'A: b\r\nC: d',
  'Host: x\r\nExpect: y',
  'A b',
  ' A: b',
  'A: b\r\n c',
  'A: \0',
  'A: b\n',
  'Content-Length: 1',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip',
  ': b',
])
  chunks(`0\r\n${text}\r\n\r\n`);
chunks('0\r\nTransfer-Encoding:\r\n\r\n', noCoding);
chunks('0\n\r\n');
chunks('0\r\n\n');
chunks('0\r\n\r\r');
chunks('0\r\n\rX');

// More than one message.
then('pipeline', NEXT, NEXT + NEXT);
then('pipeline of all kinds', `${POST}Content-Length: 1\r\n\r\na${CHUNKED}1\r\na\r\n${END}`, `\r\n${NEXT}`);
then('second is garbage', NEXT, '@@');
then('second has bare LF', NEXT, 'GET / HTTP/1.1\nHost: a\n\n');
then('one byte more than Content-Length', `${POST}Content-Length: 1\r\n\r\n`, 'ab');
then('one byte after chunks', CHUNKED + END, 'b');
then('CRLF after body', `${POST}Content-Length: 1\r\n\r\na`, `\r\n${NEXT}`);
then('second is cut off', NEXT, 'GET / HT');
for (const value of [
  'close',
  'Close',
  'close ',
  'close,',
  'close, x',
  'x, close',
  'x ,close',
  ',close',
  'close\r\nConnection: keep-alive',
  'keep-alive, close',
  'keep-alive',
  'close x',
  'close\t',
  'xclose',
  'closex',
  'clo',
  '"close"',
  'keep-alive close',
]) {
  then(`Connection: ${value} and another request`, `${GET}Connection: ${value}\r\n\r\n`, NEXT);
}
then('Connection: close and CRLF', `${GET}Connection: close\r\n\r\n`, '\r\n\r\n');
then('Proxy-Connection: close and another request', `${GET}Proxy-Connection: close\r\n\r\n`, NEXT);
then('Connection: close as trailer and another request', `${CHUNKED}0\r\nConnection: close\r\n\r\n`, NEXT);
then('1.0 and another request', 'GET / HTTP/1.0\r\n\r\n', NEXT);
then('1.0 with keep-alive and another request', 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', NEXT);
then(
  '1.0 with keep-alive, close and another request',
  'GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n',
  NEXT,
);
for (const value of ['close\r\nConnection: keep-alive', 'keep-alive\t', 'x, Keep-Alive', 'close'])
  then(
    `1.0 with Connection: ${value} and another request`,
    `GET / HTTP/1.0\r\nConnection: ${value}\r\n\r\n`,
    NEXT,
  );
then(
  '1.0 with Proxy-Connection: keep-alive and another request',
  'GET / HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n',
  NEXT,
);
then(
  'chunked in 1.0 with keep-alive and another request',
  `POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n${END}`,
  NEXT,
);
add(
  'Expect in 1.0, body outstanding',
  'POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n',
);
then('1.0 with more than its body', 'POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\na', 'b');
then('Upgrade and another request', `${GET}Connection: upgrade\r\nUpgrade: x\r\n\r\n`, NEXT);
then('Upgrade without Connection and another request', `${GET}Upgrade: x\r\n\r\n`, NEXT);
then('Upgrade and garbage', `${GET}Connection: upgrade\r\nUpgrade: x\r\n\r\n`, '@@', swallowed);

// Limits: names, values and target count, 16384 of them are too many.
for (const size of [16383, 16384]) {
  add(`${size} counted in a value`, `${GET}b: ${'v'.repeat(size - 7)}\r\n\r\n`);
  add(`${size} counted in a name`, `${GET}${'n'.repeat(size - 7)}: v\r\n\r\n`);
  add(`${size} counted in the target`, `GET /${'t'.repeat(size - 6)} HTTP/1.1\r\n${HOST}\r\n`);
  add(`${size} counted in an absolute target`, `GET http://${'t'.repeat(size - 12)} HTTP/1.1\r\n${HOST}\r\n`);
  add(
    `${size} counted in a hundred fields`,
    `GET / HTTP/1.1\r\n${HOST}${'n: '.concat('v'.repeat(99), '\r\n').repeat(100)}b: ${'v'.repeat(size - 10007)}\r\n\r\n`,
  );
  add(`${size} counted, unfinished`, `${GET}b: ${'v'.repeat(size - 7)}`);
  add(
    `${size} counted with blanks after the value`,
    `${GET}b: ${'v'.repeat(size - 107)}${' '.repeat(100)}\r\n\r\n`,
  );
  then(`${size} counted in the second head`, NEXT, `${GET}b: ${'v'.repeat(size - 7)}\r\n\r\n`);
  add(`${size} counted in the trailers`, `${CHUNKED}0\r\nb: ${'v'.repeat(size - 1)}\r\n\r\n`);
}
add('a name unfinished at the limit', `GET / HTTP/1.1\r\n${'n'.repeat(16383)}`);
add('20 KiB of target', `GET /${'t'.repeat(20480)} HTTP/1.1\r\n${HOST}\r\n`);
add('20 KiB of Content-Length', `${POST}Content-Length: ${'0'.repeat(20480)}1\r\n\r\na`);
add('17000 bytes, then NUL', `${GET}b: ${'v'.repeat(17000)}\0\r\n\r\n`);
add('16370 bytes of trailers', `${CHUNKED}0\r\nb: ${'v'.repeat(16370)}\r\n\r\n`);
add('20000 blanks before a value', `${GET}b:${' '.repeat(20000)}v\r\n\r\n`);
add('40000 blanks before a value', `${GET}b:${' '.repeat(40000)}v\r\n\r\n`, tooLong);
add('40000 line ends before a head', `${'\r\n'.repeat(20000)}${NEXT}`, tooLong);
for (const count of [101, 999, 1998, 1999, 2000, 2500, 8000])
  add(`${count} fields and Host`, `${GET}${'a:\r\n'.repeat(count)}\r\n`);
add('16000 fields and Host', `${GET}${'a:\r\n'.repeat(16000)}\r\n`, tooLong);
for (const count of [999, 1000]) {
  const fields = 'a:\r\n'.repeat(count);
  add(`Host after ${count} fields`, `GET / HTTP/1.1\r\n${fields}${HOST}\r\n`);
  const expect = `${GET}${fields.slice('a:\r\n'.length)}Expect: x\r\n\r\n`;
  add(`unknown Expect after ${count} fields`, expect, count < 1000 ? stays417 : undefined);
  add(
    `Connection: close after ${count} fields and another request`,
    `${GET}${fields}Connection: close\r\n\r\n${NEXT}`,
  );
}
for (const count of [101, 2500]) add(`${count} trailers`, `${CHUNKED}0\r\n${'a:\r\n'.repeat(count)}\r\n`);
add('20000 blanks before a trailer', `${CHUNKED}0\r\nb:${' '.repeat(20000)}v\r\n\r\n`);
add('40000 blanks before a trailer', `${CHUNKED}0\r\nb:${' '.repeat(40000)}v\r\n\r\n`, tooLong);
chunks(`1;${'e'.repeat(16000)}\r\na\r\n${END}`);
chunks(`1;${'e'.repeat(16385)}\r\na\r\n${END}`);
chunks(`1;e="${'v'.repeat(16385)}"\r\na\r\n${END}`);
chunks(`1;${'e'.repeat(9000)}\r\na\r\n1;${'e'.repeat(9000)}\r\na\r\n${END}`, wholeBody);
chunks(`${'0'.repeat(20000)}1\r\na\r\n${END}`);

/** Long repetitions are written as [text, count], which makes the bytes a list of parts. */
function folded(bytes) {
  const parts = [];
  let from = 0;
  for (const { 0: all, 1: unit, index } of bytes.matchAll(/(.{1,110}?)\1{49,}/gs)) {
    parts.push(bytes.slice(from, index), [unit, all.length / unit.length]);
    from = index + all.length;
  }
  return parts.length ? [...parts, bytes.slice(from)] : bytes;
}

const server = await startServer();
const answers = await inParallel(
  cases.map(
    ({ bytes }) =>
      () =>
        ask(server, Buffer.from(bytes, 'latin1')),
  ),
  40,
);
const table = cases.map(({ name, bytes, differs }, i) => {
  const { statuses, closes } = answers[i];
  const status = statuses.find((s) => s >= 400) ?? statuses.at(-1) ?? null;
  return {
    name: name.length > 80 ? `${name.slice(0, 77)}...` : name,
    bytes: folded(bytes),
    node: { status, closes },
    ...(differs && { differs }),
  };
});
// One case a line, latin1 as \u00xx, so that a change of one verdict is a change of one line.
const ascii = (text) =>
  text.replace(/[\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
const path = new URL('../../rust-tunnel/src/http/io/guard/tests/verdicts.json', import.meta.url);
writeFileSync(path, `[\n${table.map((row) => ascii(JSON.stringify(row))).join(',\n')}\n]\n`);
console.log(
  `${process.version}: ${table.length} cases, ${table.filter((row) => row.differs).length} differ on purpose`,
);
process.exit(0);
