/** Requests that few servers take, over raw sockets: our answers beside those of the stock exposure. */
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { it } from '../harness/it';
import { answers, type Served, startOurs, startStock } from './beside-stock';

const OWN = 'X-Runner-Token: secret\r\nX-Runner-Request-Id: id-1\r\n';
const TASK = '/__runner/task/seen';
const BODY = `${OWN}Content-Length: 11\r\n\r\n{"input":1}`;
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

const lines = (count: number, name: string): string =>
  Array.from({ length: count }, (_, at) => `${name}${at}:\r\n`).join('');

describe('the native listener beside the stock exposure', () => {
  let [stock, ours]: Served[] = [];
  before(async () => {
    [stock, ours] = await Promise.all([startStock(), startOurs()]);
  });
  after(() => Promise.all([stock?.dispose(), ours?.dispose()]));

  async function same(bytes: string, count?: number, method?: string): Promise<string> {
    const both = [stock, ours].map((served) => answers(served as Served, bytes, count, method));
    const [expected, actual] = await Promise.all(both);
    assert.deepEqual(actual, expected, JSON.stringify(bytes.slice(0, 200)));
    return (actual ?? []).map(({ line }) => line).join(', ');
  }

  it('answers HTTP/1.0 in HTTP/1.1', async () => {
    const old = (fields = ''): string => `POST ${TASK} HTTP/1.0\r\n${fields}${BODY}`;
    const kept = old('Connection: keep-alive\r\n');
    assert.equal(await same(old()), 'HTTP/1.1 200 OK');
    assert.equal(await same(kept), 'HTTP/1.1 200 OK');
    await same(old('Host: a\r\nConnection: close\r\n'));
    await same(old('Connection: keep-alive, close\r\n'));
    await same(old('Connection: close\r\nConnection: x, Keep-Alive\r\n'));
    await same(old('Connection: keep-alive\t\r\n'));
    await same(old('Proxy-Connection: keep-alive\r\n'));
    await same(old('Connection: upgrade\r\nUpgrade: x\r\n'));
    await same(old('Expect: 100-continue\r\n'));
    await same(old('Expect: x\r\n'));
    await same(old('TE: chunked\r\n'));
    await same(kept + kept + old(), 3);
    await same(`${kept}POST ${TASK} HTTP/1.1\r\nHost: a\r\n${BODY}${old()}`, 3);
    await same(
      `POST ${TASK} HTTP/1.0\r\n${OWN}Connection: keep-alive\r\n${CHUNKED}\r\n1\r\n5\r\n0\r\nA: b\r\n\r\n${kept}`,
      2,
    );
    for (const [method, target] of [
      ['OPTIONS', TASK],
      ['GET', '/elsewhere'],
      ['GET', TASK],
      ['HEAD', TASK],
      ['GET', '/__runner/discovery'],
    ] as const) {
      await same(`${method} ${target} HTTP/1.0\r\n${OWN}\r\n`, 1, method);
      await same(`${method} ${target} HTTP/1.0\r\nConnection: keep-alive\r\n${OWN}\r\n`, 1, method);
    }
  });

  it('closes and keeps connections of HTTP/1.1 as Node does', async () => {
    for (const field of ['Connection: close\t', 'Proxy-Connection: close', 'Connection: keep-alive, close']) {
      await same(`POST ${TASK} HTTP/1.1\r\nHost: a\r\n${field}\r\n${BODY}`);
    }
  });

  it('serves targets that are no URI', async () => {
    const post = (target: string): string => `POST ${target} HTTP/1.1\r\nHost: a\r\n${BODY}`;
    for (let code = 0x21; code < 0x7f; code++) {
      const byte = String.fromCharCode(code);
      await same(post(`${TASK}?a${byte}b`));
      await same(post(`${TASK}#${byte}`));
      await same(post(`/__runner/task/se${byte}en`));
      await same(post(`/${byte}/..${TASK}`));
    }
    for (const target of [
      `http://h${TASK}`,
      `http://h:80${TASK}?<`,
      `http://u:p@h${TASK}`,
      `http://[::1]${TASK}`,
      `http://h%41${TASK}`,
      `ftp://h${TASK}`,
      `any://%41:1${TASK}`,
      `//h${TASK}`,
      `///h${TASK}`,
      `/\\h${TASK}`,
    ]) {
      assert.equal(await same(post(target)), 'HTTP/1.1 200 OK', target);
    }
    for (const target of ['*', `*${TASK}`, 'any://h', 'http://h', 'http://h?x', '/<>', `/"${TASK}`]) {
      assert.equal(await same(post(target)), 'HTTP/1.1 404 Not Found', target);
    }
  });

  it('answers 404 to targets that can not be parsed, where the stock exposure fails', async () => {
    for (const target of [
      '//',
      '///',
      'http://',
      'http:///',
      'http://[',
      '//:99999/x',
      `http://h:x${TASK}`,
      `http://u@h@${TASK}`,
    ]) {
      const bytes = `POST ${target} HTTP/1.1\r\nHost: a\r\n${BODY}`;
      const [[expected], [actual]] = await Promise.all([
        answers(stock as Served, bytes),
        answers(ours as Served, bytes),
      ]);
      assert.equal(expected?.line, 'HTTP/1.1 500 Internal Server Error', target);
      assert.equal(actual?.line, 'HTTP/1.1 404 Not Found', target);
      assert.equal(actual?.headers['x-runner-request-id'], undefined);
    }
  });

  it('shows the trailers of a chunked body', async () => {
    const post = (trailers: string): string =>
      `POST ${TASK} HTTP/1.1\r\nHost: a\r\n${OWN}${CHUNKED}\r\n5\r\n{"inp\r\n6\r\nut":1}\r\n0\r\n${trailers}\r\n`;
    for (const trailers of [
      '',
      'X-A: 1\r\n',
      'X-A:\t1 \r\nx-a: 2\r\nset-cookie: a\r\nContent-Type: \xe9\r\n',
    ]) {
      assert.equal(await same(post(trailers)), 'HTTP/1.1 200 OK');
    }
    for (const count of [99, 100, 1000, 1024, 2400]) await same(post(lines(count, 't')));
    await same(post(`a: ${'x'.repeat(16_000)}\r\n`));
    await same(post('A: 1\r\n') + post('') + post('B: 2\r\n'), 3);
  });

  it('shows as many header lines as the stock exposure', async () => {
    for (const count of [900, 996, 997, 998, 1000, 1019, 1020, 1500, 2400]) {
      const many = lines(count, 'h');
      assert.equal(
        await same(`POST ${TASK} HTTP/1.1\r\nHost: a\r\n${OWN}${many}Content-Length: 0\r\n\r\n`),
        'HTTP/1.1 200 OK',
      );
      // Whether the token is seen, the connection closes, and what the body's type is.
      await same(`POST ${TASK} HTTP/1.1\r\nHost: a\r\n${many}Connection: close\r\n${BODY}`);
      await same(
        `POST ${TASK} HTTP/1.1\r\nHost: a\r\n${OWN}${many}X-Runner-Token: other\r\nContent-Length: 0\r\n\r\n`,
      );
    }
    await same(`POST ${TASK} HTTP/1.1\r\nHost: a\r\n${OWN}${'a:\r\n'.repeat(8000)}Content-Length: 0\r\n\r\n`);
  });
});
