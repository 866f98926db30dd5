import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import { descendants, end, parseStat } from './proc.mjs';

const onLinux = { skip: process.platform !== 'linux' };

test('the fields of a process are found behind a name with blanks and parentheses', () => {
  const line = '42 (a b) c) S 7 1 1 0 -1 4194304 100 200 0 0 70 30 5 6 20 0 7 0 4711 1000 10';
  assert.deepEqual(parseStat(line), { parent: 7, own: 100, reaped: 11, started: 4711 });
});

test('children and their children are found, and ended', onLinux, async () => {
  const shell = spawn('sh', ['-c', 'sleep 60 & sleep 60 & echo; wait'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(shell.stdout, 'data');
  const below = descendants(shell.pid);
  assert.equal(below.length, 2);
  const own = descendants(process.pid);
  for (const { pid } of [{ pid: shell.pid }, ...below]) assert.ok(own.some((one) => one.pid === pid));

  end(below.map(({ pid, started }) => ({ pid, started: started + 1 })));
  assert.deepEqual(descendants(shell.pid), below, 'an id that now stands for another process is left alone');
  end(below);
  await once(shell, 'exit');
  assert.deepEqual(descendants(shell.pid), []);
  end(below);
});
