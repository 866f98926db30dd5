/** What goes wrong in stock CORS, and what ours does instead; for each form of the server. */
import type { NodeExposureHttpCorsConfig } from '@bluelibs/runner/node';
import type { Case, Outcome, Table } from '../case';
import { call, preflight, result } from '../requests';
import type { Form } from '../setting';
import { says } from './cors';

const A = 'https://a.example';
const ALLOW = 'access-control-allow-origin';
const SILENCE = { status: 'silence' } as const;
/** The second is that of the request which looks whether the connection is still open. */
const LOGGED = ['exposure.cors.origin', 'exposure.cors.origin'];

function table(form: Form, name: string, cors: () => NodeExposureHttpCorsConfig, cases: Case[]): Table {
  return { name: `${name} (${form})`, setting: { form, http: () => ({ cors: cors() }) }, cases };
}

function throws(): never {
  throw new Error('the origin function broke');
}

export function corsDefects(form: Form): Table[] {
  const safely = (by: string, ours: Outcome): Pick<Case, 'differs'> => ({ differs: { by, ours } });
  return [
    table(form, 'an origin function that throws', () => ({ origin: throws }), [
      {
        rows: ['D3', '1.3/throws'],
        does: 'leaves calls without an origin',
        send: call('echo', 1, { Origin: A }),
        gets: SILENCE,
        logs: ['exposure.task.error', 'exposure.http.unhandled'],
        unhandled: ['the origin function broke'],
        ...safely('D3', {
          gets: { ...result('1'), headers: says(null, 'Origin') },
          logs: LOGGED,
        }),
      },
      {
        rows: ['D3', '1.3/throws'],
        does: 'leaves preflights without an origin',
        send: preflight({ Origin: A }),
        gets: SILENCE,
        logs: ['exposure.http.unhandled'],
        unhandled: ['the origin function broke'],
        ...safely('D3', {
          gets: { status: 204, headers: says(null, 'Origin') },
          logs: LOGGED,
        }),
      },
    ]),
    table(form, 'a RegExp with g', () => ({ origin: /example/g }), [
      {
        rows: ['D20', '1.3/g-flag'],
        does: 'matches every time',
        send: [1, 2, 3].map((n) => call('echo', n, { Origin: A })),
        gets: [
          { ...result('1'), headers: { [ALLOW]: A } },
          { ...result('2'), headers: { [ALLOW]: null } },
          { ...result('3'), headers: { [ALLOW]: A } },
        ],
        ...safely('D20', { gets: [1, 2, 3].map((n) => ({ ...result(String(n)), headers: { [ALLOW]: A } })) }),
      },
    ]),
    table(form, 'exposed headers as a string', () => ({ exposedHeaders: 'X-One' }) as never, [
      {
        rows: ['D25', '1.3/exposed'],
        does: 'names that one',
        send: call('echo', 1),
        gets: SILENCE,
        logs: ['exposure.task.error', 'exposure.http.unhandled'],
        unhandled: ['cfg.exposedHeaders.join is not a function'],
        ...safely('D25', { gets: { ...result('1'), headers: { 'access-control-expose-headers': 'X-One' } } }),
      },
    ]),
  ];
}
