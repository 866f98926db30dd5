import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { VariantName } from '../apps/variants';
import { backends, shared } from '../harness/backends';
import { it } from '../harness/it';
import { callTask, exchange, type RawRequest } from '../harness/request';

type Headers = NonNullable<RawRequest['headers']>;

const NAME = 'x-runner-token';
/** The byte E9, which is `é` in latin1 and nothing in UTF-8. */
const CAFE = 'caf\u00e9';

const CASES: [variant: VariantName, accepted: Headers[], refused: Headers[]][] = [
  [
    'token',
    [{ [NAME]: 'secret' }, { 'X-Runner-Token': '  secret\t' }],
    [
      {},
      { [NAME]: '' },
      { [NAME]: 'Secret' },
      { [NAME]: 'secret2' },
      { [NAME]: 'secre' },
      { authorization: 'secret' },
      // Joined by Node to `secret, secret`.
      [
        [NAME, 'secret'],
        [NAME, 'secret'],
      ],
    ],
  ],
  [
    'tokens',
    [
      { [NAME]: 'first' },
      { [NAME]: 'second' },
      { [NAME]: CAFE },
      { [NAME]: 'a, b' },
      [
        [NAME, 'a'],
        [NAME, 'b'],
      ],
    ],
    // `allowAnonymous` opens nothing once there is a token.
    [{}, { [NAME]: 'first, second' }, { [NAME]: Buffer.from(CAFE, 'utf8').toString('latin1') }],
  ],
  [
    'authorization',
    [
      { Authorization: 'Bearer x' },
      // Of this header Node keeps the first.
      [
        ['Authorization', 'Bearer x'],
        ['Authorization', 'Bearer y'],
      ],
    ],
    [{ [NAME]: 'Bearer x' }, { Authorization: 'bearer x' }],
  ],
  // A list of tokens is a lock even when it is empty.
  ['noTokens', [], [{}, { [NAME]: '' }, { [NAME]: 'whatever' }]],
  ['anonymous', [{}, { [NAME]: 'whatever' }], []],
];

for (const backend of backends) {
  for (const [variant, accepted, refused] of CASES) {
    describe(`auth with ${variant} (${backend.name})`, () => {
      const server = shared(backend, 'calls', variant);

      it('lets in who has a token', async () => {
        for (const headers of accepted) {
          const answer = await callTask(server.port, 'add', { a: 1, b: 2 }, headers);
          assert.equal(answer.text, '{"ok":true,"result":3}', JSON.stringify(headers));
        }
        assert.deepEqual(server.logs.records, []);
      });

      it('refuses everyone else', async () => {
        for (const headers of refused) {
          const answer = await callTask(server.port, 'add', { a: 1, b: 2 }, headers);
          assert.equal(answer.status, 401, JSON.stringify(headers));
          assert.equal(answer.text, '{"ok":false,"error":{"message":"Unauthorized","code":"UNAUTHORIZED"}}');
          assert.equal(answer.header('www-authenticate'), undefined);
          assert.ok(answer.header('x-runner-request-id'));
        }
      });
    });
  }

  describe(`refusals (${backend.name})`, () => {
    const server = shared(backend, 'calls', 'token');

    it('logs each of them once', async () => {
      for (const [method, path] of [
        ['POST', '/__runner/task/ghost'],
        ['POST', '/__runner/event/noted'],
        ['GET', '/__runner/discovery'],
      ] as const) {
        const requestId = `log${path.replaceAll('/', '.')}`;
        const headers = { 'x-runner-request-id': requestId };
        assert.equal((await exchange(server.port, { method, target: `${path}?x=1`, headers })).status, 401);
        const record = await server.logs.until(({ data }) => data?.requestId === requestId);
        assert.deepEqual(record, {
          level: 'warn',
          message: 'exposure.auth.failure',
          data: { requestId, method, path, status: 401, code: 'UNAUTHORIZED' },
        });
        assert.equal(server.logs.of(requestId).length, 1);
      }
    });

    it('answers before the body was sent', async () => {
      const headers = { 'Content-Length': '100' };
      const answer = await exchange(server.port, { target: '/__runner/task/add', headers });
      assert.equal(answer.status, 401);
    });
  });
}
