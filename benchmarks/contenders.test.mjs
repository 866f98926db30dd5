import assert from 'node:assert/strict';
import test from 'node:test';
import { frontListening } from './contenders.mjs';
import { workers } from './kinds/workers.mjs';
import { brahmaListening } from './peers.mjs';

const ready = (/** @type {number} */ worker) => `rust-tunnel: worker ${worker} (pid 12${worker}) is ready\n`;

test('the front is ready when all its workers are', () => {
  const listening = 'listening on http://127.0.0.1:7070\n';
  assert.equal(frontListening(2, listening, ready(2)), undefined);
  assert.equal(frontListening(2, '', ready(2) + ready(1)), undefined);
  assert.equal(frontListening(2, `[worker 1] hello\n${listening}`, ready(2) + ready(1)), '7070');
  assert.equal(frontListening(1, listening, `[worker 1] ${ready(1)}`), undefined, 'what a worker prints');
});

test('brahma-firelight is ready when it listens and its script can answer, in any order', () => {
  const lines = ['[Brahma v1.5+] Listening on http://127.0.0.1:36253\n', '{"port":36253,"ms":40.5}\n'];
  for (const line of lines) assert.equal(brahmaListening(line), undefined);
  assert.equal(brahmaListening(lines.join('')), '36253');
  assert.equal(brahmaListening(lines.toReversed().join('')), '36253');
});

test('the large body is 64 KiB', () => {
  const { body } = workers.calls.digest.request;
  assert.equal(Buffer.byteLength(body), 65_536);
  assert.ok(new Set(body).size > 20);
});
