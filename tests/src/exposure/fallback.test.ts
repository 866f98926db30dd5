import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe } from 'node:test';
import { runChild } from '../harness/child';
import { it } from '../harness/it';

const PACKAGE = dirname(dirname(require.resolve('@bluelibs/runner-native')));

interface Told {
  stock?: boolean;
  status?: number;
  error?: string;
  warnings: { message: string; error?: string; data?: { mend: string } }[];
}

async function told(args: string[], choice?: string): Promise<Told> {
  const before = process.env.RUNNER_NATIVE;
  if (choice === undefined) delete process.env.RUNNER_NATIVE;
  else process.env.RUNNER_NATIVE = choice;
  try {
    const { code, stdout, stderr } = await runChild('exposure', args);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    return JSON.parse(stdout);
  } finally {
    if (before === undefined) delete process.env.RUNNER_NATIVE;
    else process.env.RUNNER_NATIVE = before;
  }
}

const without = (warnings: Told['warnings'], message: string) =>
  warnings.filter((one) => one.message !== message);

describe('nativeExposure', () => {
  it('serves natively where it can', async () => {
    const { warnings, ...served } = await told([]);
    assert.deepEqual(served, { stock: false, status: 401 });
    assert.deepEqual(without(warnings, 'exposure.config'), [{ message: 'exposure.auth.failure' }]);
  });

  it('is the stock exposure, without harm and without a word, when it is switched off', async () => {
    const { warnings, ...served } = await told([], 'off');
    // The empty token lets nobody in (contract D8).
    assert.deepEqual(served, { stock: true, status: 401 });
    assert.deepEqual(without(warnings, 'exposure.config'), [{ message: 'exposure.auth.failure' }]);
  });

  it('knows no other choice', async () => {
    assert.match((await told([], 'on')).error ?? '', /RUNNER_NATIVE must be "require" or "off".*"on"/);
  });
});

describe('nativeExposure without a binary', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(__dirname, 'no-binary-'));
    cpSync(join(PACKAGE, 'dist'), join(folder, 'dist'), { recursive: true });
    cpSync(join(PACKAGE, 'package.json'), join(folder, 'package.json'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const platform = `${process.platform}-${process.arch}`;

  it('leaves it to the stock exposure, with one warning that says why and how to mend it', async () => {
    const { warnings, ...served } = await told([folder]);
    assert.deepEqual(served, { stock: true, status: 401 });
    const [warning, ...more] = warnings.filter(({ message }) => message === 'exposure.native.unavailable');
    assert.deepEqual(more, []);
    assert.match(
      warning?.error ?? '',
      /can't load its addon on .*native\/runner-native\.node: not there;.* install it again/,
    );
    assert.ok(warning?.error?.includes(platform));
    assert.match(warning?.data?.mend ?? '', /RUNNER_NATIVE=require/);
  });

  it('serves nothing when it is required', async () => {
    const { error, warnings } = await told([folder], 'require');
    assert.match(error ?? '', /can't load its addon/);
    assert.deepEqual(without(warnings, 'exposure.config'), []);
  });

  it('is silent when it is switched off', async () => {
    const { warnings } = await told([folder], 'off');
    assert.equal(
      warnings.some(({ message }) => message === 'exposure.native.unavailable'),
      false,
    );
  });
});
