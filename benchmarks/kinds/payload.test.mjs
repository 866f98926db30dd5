import assert from 'node:assert/strict';
import test from 'node:test';
import { answerOf } from '../verify.mjs';
import { payload } from './payload.mjs';

const bodies = (name) => {
  const { request, answer } = payload.calls[name];
  return {
    asked: Buffer.byteLength(request.body),
    answered: Buffer.byteLength(answer.body),
    text: answer.body,
  };
};

test('bodies are as large as they are said to be', () => {
  const within = (/** @type {number} */ bytes, /** @type {number} */ wanted) =>
    assert.ok(Math.abs(bytes / wanted - 1) < 0.02, `${bytes} bytes instead of ${wanted}`);
  within(bodies('plain22k').answered, 22_000);
  within(bodies('plain1m').answered, 1_000_000);
  within(bodies('input100k').asked, 100_000);
  within(bodies('input1m').asked, 1_000_000);
  assert.ok(bodies('rich22k').answered > bodies('plain22k').answered);
});

test('what JSON has no words for is written in the words of the Runner, or of JSON by those who know no other', () => {
  const [{ placed, note, price }] = JSON.parse(bodies('rich22k').text).result;
  assert.deepEqual(placed, { __type: 'Date', value: '2020-09-13T12:26:40.000Z' });
  assert.deepEqual(note, { __type: 'Undefined', value: null });
  assert.deepEqual(price, { amount: 0, currency: 'EUR' });
  const [plainly] = JSON.parse(answerOf({ name: 'node-http' }, payload.calls.rich22k).body).result;
  assert.equal(plainly.placed, '2020-09-13T12:26:40.000Z');
  assert.ok(!('note' in plainly));
  for (const name of ['node-exposure', 'native-exposure']) {
    assert.equal(answerOf({ name }, payload.calls.rich22k), payload.calls.rich22k.answer);
  }
});

test('the input is such that its totals tell whether all of it has come', () => {
  assert.match(
    bodies('input100k').text,
    /^\{"ok":true,"result":\{"orders":471,"cents":\d{6,},"tags":942\}\}$/,
  );
});
