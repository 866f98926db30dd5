/** What 4 000 idle keep-alive connections cost, each having served a request: ours, Node's, and the Runner's. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { CAN_MEASURE, type Idle, KINDS, measureIdle } from '../connection/idle';
import { printTable } from './tools/clients';

const CONNECTIONS = 4_000;
/** Resident bytes for a connection; the kernel's own are not in it. */
const MOST_BYTES_EACH = 3.5 * 1024;
const AIM_BYTES_EACH = 2 * 1024;

const measured: Idle[] = [];

after(() => {
  const ours = measured.find(({ kind }) => kind === 'ours');
  printTable(
    `${CONNECTIONS} idle keep-alive connections (allowed: 3.5 KB each, aim: 2 KB)`,
    measured.map(({ kind, connections, bytesEach, servedAgain }) => ({
      server: kind,
      connections,
      'bytes each': Math.round(bytesEach),
      'KB each': (bytesEach / 1024).toFixed(2),
      'MiB all': ((bytesEach * connections) / 2 ** 20).toFixed(1),
      'beside ours': ours === undefined ? '' : (bytesEach / ours.bytesEach).toFixed(1),
      'served again': servedAgain,
    })),
  );
  if (ours !== undefined && ours.bytesEach > AIM_BYTES_EACH) console.log('Ours are above the aim of 2 KB.\n');
});

const options = { timeout: 120_000, skip: CAN_MEASURE ? false : 'there is no /proc here' };

for (const kind of KINDS) {
  test(`${CONNECTIONS} idle connections of ${kind}`, options, async () => {
    const idle = await measureIdle(kind, CONNECTIONS);
    measured.push(idle);
    assert.equal(idle.servedAgain, CONNECTIONS);
    assert.ok(idle.bytesEach > 0, `${idle.bytesEach} bytes each: nothing was measured`);
    if (kind === 'ours') {
      assert.ok(idle.bytesEach <= MOST_BYTES_EACH, `${Math.round(idle.bytesEach)} bytes each`);
    }
  });
}

test('ours cost less than those of both others', options, () => {
  const each = (wanted: string): number =>
    measured.find(({ kind }) => kind === wanted)?.bytesEach ?? Number.POSITIVE_INFINITY;
  assert.equal(measured.length, KINDS.length, 'not all could be measured');
  assert.ok(each('ours') < each('node:http'), 'beside node:http');
  assert.ok(each('ours') < each('nodeExposure'), 'beside nodeExposure');
});
