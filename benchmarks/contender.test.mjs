import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Contender, ContenderError } from './contender.mjs';
import { descendants } from './proc.mjs';

const onLinux = { skip: process.platform !== 'linux' };

/** A server that ends on SIGTERM, with a child that does not. @param {string} more */
function parent(more) {
  const child = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`;
  const script = `
    require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'ignore' });
    setInterval(() => {}, 1000);
    ${more}`;
  return {
    ...{ name: 'parent', label: 'parent', javascript: /** @type {const} */ ('children') },
    command: () => /** @type {[string, string, string]} */ ([process.execPath, '-e', script]),
  };
}

/** What ends is seen for a moment longer. @param {number} count */
async function leaves(count) {
  for (let tries = 0; descendants(process.pid).length > count; tries += 1) {
    assert.ok(tries < 200, 'it still runs');
    await delay(10);
  }
}

test('what a contender has started is counted, and ends with it', onLinux, async () => {
  const before = descendants(process.pid).length;
  const contender = await Contender.start(parent(`console.log('{"port":1}')`));
  assert.equal(contender.port, 1);
  assert.equal(contender.cpu().size, 2);
  const { totalNs, jsNs } = contender.cpuSince(new Map());
  assert.ok(jsNs > 0 && jsNs < totalNs);
  await contender.stop();
  await leaves(before);
});

test('a contender can say in its own way that it listens', onLinux, async () => {
  const before = descendants(process.pid).length;
  const listening = (/** @type {string} */ stdout, /** @type {string} */ stderr) =>
    stderr.includes('ready') ? /on (\d+)/.exec(stdout)?.[1] : undefined;
  const contender = await Contender.start({
    ...parent(`console.log('on 7'); setTimeout(() => console.error('ready'), 50)`),
    listening,
  });
  assert.equal(contender.port, 7);
  await contender.stop();
  await leaves(before);
});

test('of a contender that ends before it listens, the reason is shown', async () => {
  const ends = {
    ...parent(''),
    command: () => [process.execPath, '-e', 'console.error("no luck"); process.exit(3)'],
  };
  await assert.rejects(Contender.start(ends), (error) => {
    assert.ok(error instanceof ContenderError);
    assert.match(error.message, /^parent did not start \(exit 3\); its stderr:\nno luck$/);
    return true;
  });
});
