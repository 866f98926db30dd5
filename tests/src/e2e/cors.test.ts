import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { VariantName } from '../apps/variants';
import { type Backend, backends, type Running } from '../harness/backends';
import { it } from '../harness/it';
import type { RawResponse } from '../harness/raw';
import { exchange } from '../harness/request';

/** What an answer says to a browser. */
interface Granted {
  origin?: string;
  vary?: string;
  credentials?: string;
}

type Case = [sent: string | undefined, granted: Granted];

const A = 'https://a.example';
const B = 'https://b.example';
const EVIL = 'https://evil.example';
const GOOD = 'https://x.good.example';

const CASES: [variant: VariantName, cases: Case[]][] = [
  [
    'anonymous',
    [
      [undefined, {}],
      [A, {}],
    ],
  ],
  [
    'corsEmpty',
    [
      [undefined, { origin: '*' }],
      [A, { origin: '*' }],
    ],
  ],
  ['corsCredentials', [[A, { vary: 'Origin', credentials: 'true' }]]],
  [
    'corsShort',
    [
      [undefined, { origin: A }],
      [EVIL, { origin: A }],
    ],
  ],
  ['corsString', [[EVIL, { origin: A, credentials: 'true' }]]],
  ...(['corsShortList', 'corsList'] as const).map((variant): [VariantName, Case[]] => [
    variant,
    [
      [undefined, { vary: 'Origin' }],
      [A, { origin: A, vary: 'Origin' }],
      [B, { origin: B, vary: 'Origin' }],
      [EVIL, { vary: 'Origin' }],
      [`${A}/`, { vary: 'Origin' }],
      ['HTTPS://A.EXAMPLE', { vary: 'Origin' }],
    ],
  ]),
  [
    'corsRegExp',
    [
      // Four in a row: a pattern with the `g` flag must not remember where it stopped.
      ...[1, 2, 3, 4].map((): Case => [GOOD, { origin: GOOD, vary: 'Origin', credentials: 'true' }]),
      [undefined, { vary: 'Origin', credentials: 'true' }],
      [EVIL, { vary: 'Origin', credentials: 'true' }],
    ],
  ],
  [
    'corsFunction',
    [
      [undefined, { origin: 'https://nobody.example', vary: 'Origin' }],
      [GOOD, { origin: GOOD, vary: 'Origin' }],
      [EVIL, { vary: 'Origin' }],
      ['https://throws.example', { vary: 'Origin' }],
      ['https://header.example', { vary: 'Origin' }],
    ],
  ],
  [
    'corsQuiet',
    [
      [GOOD, { origin: GOOD }],
      [EVIL, {}],
    ],
  ],
];

function granted(answer: RawResponse): Granted {
  const [origin, vary, credentials] = [
    'access-control-allow-origin',
    'vary',
    'access-control-allow-credentials',
  ].map((name) => answer.header(name));
  return {
    ...(origin !== undefined && { origin }),
    ...(vary !== undefined && { vary }),
    ...(credentials !== undefined && { credentials }),
  };
}

async function served(
  backend: Backend,
  variant: VariantName,
  use: (server: Running) => Promise<void>,
): Promise<void> {
  const server = await backend.start('calls', variant);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

for (const backend of backends) {
  describe(`cors (${backend.name})`, () => {
    for (const [variant, cases] of CASES) {
      it(`names the origin that may read: ${variant}`, () =>
        served(backend, variant, async ({ port }) => {
          for (const [sent, expected] of cases) {
            const headers = sent === undefined ? {} : { Origin: sent };
            // The same on success, on errors, on 404 outside the base path, and on a preflight.
            const targets: [string, string, number][] = [
              ['POST', '/__runner/task/value', 200],
              ['POST', '/__runner/task/ghost', 404],
              ['GET', '/__runner/task/value', 405],
              ['POST', '/other', 404],
              ['OPTIONS', '/__runner/task/value', 204],
            ];
            for (const [method, target, status] of targets) {
              const answer = await exchange(port, { method, target, headers });
              assert.equal(answer.status, status, `${method} ${target}`);
              assert.deepEqual(granted(answer), expected, `${method} ${target} from ${sent}`);
            }
          }
        }));
    }

    it('logs an origin function that throws', () =>
      served(backend, 'corsFunction', async ({ port, logs }) => {
        await exchange(port, { target: '/other', headers: { Origin: 'https://throws.example' } });
        const record = await logs.until(({ message }) => message === 'exposure.cors.origin');
        assert.equal(record.level, 'error');
        assert.equal(record.data.error.message, 'origin function broke');
      }));

    it('matches no entry when two Origin headers are sent', () =>
      served(backend, 'corsList', async ({ port }) => {
        const headers = [['Origin', A] as const, ['Origin', B] as const];
        const answer = await exchange(port, { target: '/__runner/task/value', headers });
        assert.deepEqual(granted(answer), { vary: 'Origin' });
      }));
  });
}
