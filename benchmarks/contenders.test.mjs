import assert from 'node:assert/strict';
import test from 'node:test';
import { frontListening, WORKER_CONTENDERS } from './contenders.mjs';
import { workers } from './kinds/workers.mjs';

const ready = (/** @type {number} */ worker) => `rust-tunnel: worker ${worker} (pid 12${worker}) is ready\n`;

test('the front is ready when all its workers are', () => {
  const listening = 'listening on http://127.0.0.1:7070\n';
  assert.equal(frontListening(2, listening, ready(2)), undefined);
  assert.equal(frontListening(2, '', ready(2) + ready(1)), undefined);
  assert.equal(frontListening(2, `[worker 1] hello\n${listening}`, ready(2) + ready(1)), '7070');
  assert.equal(frontListening(1, listening, `[worker 1] ${ready(1)}`), undefined, 'what a worker prints');
});

test('everything that the work of workers names is there', () => {
  const names = WORKER_CONTENDERS.map(({ name }) => name);
  assert.deepEqual(workers.contenders, names);
  for (const { of, to, call, connections } of workers.targets) {
    assert.ok(names.includes(of) && names.includes(to) && workers.connections.includes(connections));
    assert.ok(Object.hasOwn(workers.calls, call));
  }
});

test('the large body is 64 KiB', () => {
  const { body } = workers.calls.digest.request;
  assert.equal(Buffer.byteLength(body), 65_536);
  assert.ok(new Set(body).size > 20);
});
