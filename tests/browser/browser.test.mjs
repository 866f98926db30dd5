// A real browser as the client: what it lets a page do depends on every header of the answers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Chromium } from './chromium.mjs';
import { Page } from './page.mjs';
import { COOKIE, servePage, serveTasks, TOKEN } from './servers.mjs';

const HEADERS = { 'x-runner-token': TOKEN };
const JSON_HEADERS = { ...HEADERS, 'content-type': 'application/json' };
const UPLOAD = 3 * 2 ** 20;
/** The sum of the bytes that the page makes: 0 to 250, over and over. */
const SUM = Array.from({ length: UPLOAD }, (_, i) => i % 251).reduce((sum, one) => (sum + one) % 65_521, 0);

/** Of a browser that hangs. */
const timeout = 60_000;

describe('a page of another origin', { timeout }, () => {
  /** @type {Chromium} */ let chromium;
  /** @type {Awaited<ReturnType<typeof serveTasks>>} */ let tasks;
  /** @type {Awaited<ReturnType<typeof servePage>>[]} */ let origins;
  /** @type {Page} */ let page;
  /** Of an origin that is not on the list. @type {Page} */ let stranger;

  before(async () => {
    origins = [await servePage(), await servePage()];
    tasks = await serveTasks(origins[0].origin);
    chromium = new Chromium();
    page = await Page.open(chromium, origins[0].origin);
    stranger = await Page.open(chromium, origins[1].origin);
  });
  after(async () => {
    await chromium?.close();
    await tasks?.close();
    for (const origin of origins) origin.close();
  });

  it('calls a task in JSON, with a token, after a preflight', async () => {
    const url = tasks.url('add');
    const answer = await page.run(call, url, { headers: JSON_HEADERS, body: '{"input":{"a":1,"b":2}}' });
    assert.deepEqual([answer.status, answer.text], [200, '{"ok":true,"result":3}']);
    const [preflight] = await page.sent(url, 'Preflight');
    assert.equal(preflight?.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], origins[0].origin);
    assert.equal(preflight.headers['access-control-allow-headers'], 'content-type,x-runner-token');
    assert.match(preflight.headers['access-control-allow-methods'], /\bPOST\b/);
  });

  it('is told its own origin, that it may send credentials, and what it may read', async () => {
    const url = tasks.url('cookie');
    const answer = await page.run(call, url, { headers: JSON_HEADERS, body: '{}', credentials: 'include' });
    assert.deepEqual([answer.status, answer.text], [200, JSON.stringify({ ok: true, result: COOKIE })]);
    assert.match(answer.requestId, /^[\w.:-]{8,}$/);
    assert.equal(answer.frameOptions, null, 'a header that is not exposed');
    const [{ headers }] = await page.sent(url, 'Fetch');
    assert.equal(headers['access-control-allow-origin'], origins[0].origin);
    assert.equal(headers['access-control-allow-credentials'], 'true');
    assert.equal(headers['access-control-expose-headers'], 'x-runner-request-id');
    assert.match(headers.vary, /\bOrigin\b/i);
    assert.equal(headers['x-frame-options'], 'DENY');
  });

  it('sends no cookie when it says so', async () => {
    const init = { headers: JSON_HEADERS, body: '{}', credentials: 'omit' };
    const { text } = await page.run(call, tasks.url('cookie'), init);
    assert.equal(text, '{"ok":true,"result":null}');
  });

  it('reads a refusal', async () => {
    const answer = await page.run(call, tasks.url('add'), { body: '{}' });
    assert.equal(answer.status, 401);
    assert.match(answer.text, /UNAUTHORIZED/);
  });

  it('uploads a file as FormData', async () => {
    const answer = await page.run(uploadForm, tasks.url('file'), HEADERS, UPLOAD);
    assert.equal(answer.status, 200, answer.text);
    const result = { name: 'bytes.bin', type: 'application/octet-stream', bytes: UPLOAD, sum: SUM };
    assert.deepEqual(JSON.parse(answer.text), { ok: true, result });
  });

  it('uploads a blob as an octet stream', async () => {
    const answer = await page.run(uploadBlob, tasks.url('octets'), HEADERS, UPLOAD);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(JSON.parse(answer.text), { ok: true, result: { bytes: UPLOAD, sum: SUM } });
  });

  it('reads a streamed answer piece by piece, as it comes', async () => {
    const read = await page.run(readHalves, tasks.url('halves'), tasks.url('more'), JSON_HEADERS);
    assert.deepEqual(read, { status: 200, first: 'first half, ', rest: 'second half' });
  });

  it('can neither call nor read where its origin is refused', async () => {
    const url = tasks.url('add');
    const before = tasks.added();
    const asked = { headers: JSON_HEADERS, body: '{"input":{"a":1,"b":2}}' };
    assert.match((await stranger.run(call, url, asked)).failure, /^TypeError/);
    assert.equal(tasks.added(), before, 'the task has not run');
    const [preflight] = await stranger.sent(url, 'Preflight');
    assert.equal(preflight?.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
    // Without a preflight it is sent, and the answer kept from the page.
    assert.match((await stranger.run(call, url, { body: '{}' })).failure, /^TypeError/);
    const [answer] = (await stranger.sent(url, 'Fetch')).slice(-1);
    assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [401, undefined]);
  });
});

/** Runs in the page, as the following do. @param {string} url @param {RequestInit} init */
async function call(url, init) {
  try {
    const response = await fetch(url, { method: 'POST', ...init });
    const [requestId, frameOptions] = ['x-runner-request-id', 'x-frame-options'].map((name) =>
      response.headers.get(name),
    );
    return { status: response.status, text: await response.text(), requestId, frameOptions };
  } catch (error) {
    return { failure: String(error) };
  }
}

/** @param {string} url @param {Record<string, string>} headers @param {number} length */
async function uploadForm(url, headers, length) {
  const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
  const form = new FormData();
  const file = { $runnerFile: 'File', id: 'F1', meta: { name: 'bytes.bin' } };
  form.append('__manifest', JSON.stringify({ input: { file } }));
  form.append('file:F1', new Blob([bytes], { type: 'application/octet-stream' }), 'bytes.bin');
  const response = await fetch(url, { method: 'POST', headers, body: form });
  return { status: response.status, text: await response.text() };
}

/** @param {string} url @param {Record<string, string>} headers @param {number} length */
async function uploadBlob(url, headers, length) {
  const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
  const body = new Blob([bytes], { type: 'application/octet-stream' });
  const response = await fetch(url, { method: 'POST', headers, body });
  return { status: response.status, text: await response.text() };
}

/** @param {string} url @param {string} more @param {Record<string, string>} headers */
async function readHalves(url, more, headers) {
  const response = await fetch(url, { method: 'POST', headers, body: '{}' });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const { value: first } = await reader.read();
  await fetch(more, { method: 'POST', headers, body: '{}' });
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return { status: response.status, first, rest };
    rest += value;
  }
}
