import assert from 'node:assert/strict';
import test from 'node:test';
import { Answer, Garbled } from './answer.mjs';

/** What an answer holds that comes in pieces of this length. @param {string} text @param {number} length */
function read(text, length) {
  let body = '';
  const answer = new Answer((piece) => {
    body += piece.toString('latin1');
  });
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += length) answer.push(bytes.subarray(at, at + length));
  return { answer, body };
}

const LENGTH = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello';
const CHUNKED =
  'HTTP/1.1 201 x\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nB\r\n, my world.\r\n0\r\na: b\r\n\r\n';

test('an answer is read the same, however it comes', () => {
  for (let length = 1; length <= CHUNKED.length; length += 1) {
    const plain = read(LENGTH, length);
    assert.deepEqual([plain.answer.status, plain.body], [200, 'hello']);
    assert.equal(plain.answer.complete, true);
    const chunked = read(CHUNKED, length);
    assert.deepEqual([chunked.answer.status, chunked.body], [201, 'hello, my world.']);
    assert.equal(chunked.answer.complete, true);
  }
});

test('an interim answer is passed over', () => {
  assert.equal(read(`HTTP/1.1 100 Continue\r\n\r\n${LENGTH}`, 1000).body, 'hello');
});

test('what is no answer, and what comes behind one, is no answer', () => {
  assert.throws(() => read('SSH-2.0-x\r\n\r\n', 100), Garbled);
  assert.throws(() => read(`${LENGTH}!`, 1000), Garbled);
  assert.throws(() => read('HTTP/1.1 200 OK\r\n\r\nto the end', 1000), Garbled);
  assert.throws(() => read('x'.repeat(20_000), 20_000), Garbled);
  assert.throws(() => read(CHUNKED.replace('5;', 'z;'), 1000), Garbled);
});
