import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe } from 'node:test';
import { promisify } from 'node:util';
import { it } from './harness/it';

const ROOT = join(__dirname, '../..');
const PACKAGE = dirname(dirname(require.resolve('@bluelibs/runner-native')));
const run = promisify(execFile);

/** A project with the package and no Runner, away from the workspace, where one would be found. */
describe('the package without a Runner', () => {
  let folder: string;
  let installed: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'runnerless-'));
    installed = join(folder, 'node_modules/@bluelibs/runner-native');
    mkdirSync(installed, { recursive: true });
    for (const part of ['dist', 'native', 'package.json']) {
      cpSync(join(PACKAGE, part), join(installed, part), { recursive: true });
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  const node = async (code: string, type = 'commonjs'): Promise<string> => {
    const { stdout } = await run(process.execPath, [`--input-type=${type}`, '-e', code], { cwd: folder });
    return stdout.trim();
  };
  const SERVES = `new TunnelServer(0).listen().then(({ port }) => { console.log(port > 0); process.exit(); });`;
  const FAILS = `try { nativeExposure.with({}) } catch ({ message }) { console.log(message) }`;
  const MISSING = /^nativeExposure needs @bluelibs\/runner: npm install "@bluelibs\/runner@>=5\.5\.0 <6"$/;

  it('serves what needs none, required or imported', async () => {
    assert.equal(
      await node(`const { TunnelServer } = require('@bluelibs/runner-native'); ${SERVES}`),
      'true',
    );
    assert.equal(
      await node(`import { TunnelServer } from '@bluelibs/runner-native'; ${SERVES}`, 'module'),
      'true',
    );
  });

  it('says what is missing when it is needed', async () => {
    const required = `
      const native = require('@bluelibs/runner-native');
      const nativeExposure = { with: (config) => native.nativeExposure.with(config) };
      ${FAILS}`;
    assert.match(await node(required), MISSING);
    assert.match(
      await node(`import { nativeExposure } from '@bluelibs/runner-native'; ${FAILS}`, 'module'),
      MISSING,
    );
  });

  it('refuses a Runner that it was not made for', async () => {
    const other = join(folder, 'node_modules/@bluelibs/runner');
    mkdirSync(other);
    writeFileSync(join(other, 'package.json'), '{ "name": "@bluelibs/runner", "version": "6.4.1" }');
    const code = `try { require('@bluelibs/runner-native').nativeExposure } catch ({ message }) { console.log(message) }`;
    assert.equal(await node(code), 'nativeExposure needs @bluelibs/runner >=5.5.0 <6, found 6.4.1');
    rmSync(other, { recursive: true });
  });

  it('has types that can be checked', async () => {
    const types = join(folder, 'node_modules/@types');
    mkdirSync(types);
    for (const [name, place] of [
      ['node', types],
      ['undici-types', join(folder, 'node_modules')],
    ] as const) {
      symlinkSync(join(ROOT, 'node_modules', name === 'node' ? '@types/node' : name), join(place, name));
    }
    writeFileSync(
      join(folder, 'app.ts'),
      `import { TunnelServer } from '@bluelibs/runner-native';\nnew TunnelServer({ port: 1 });\n`,
    );
    const options =
      '--noEmit --strict --skipLibCheck false --module node16 --target es2022 --types node'.split(' ');
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, ...options, 'app.ts'], { cwd: folder });
    assert.equal(stdout, '');
  });
});

describe('the package beside a Runner', () => {
  it('does not load it for a TunnelServer', async () => {
    const code = `
      require('@bluelibs/runner-native').TunnelServer;
      console.log(Object.keys(require.cache).some((file) => file.includes('/runner/dist')));`;
    const { stdout } = await run(process.execPath, ['-e', code], { cwd: ROOT });
    assert.equal(stdout.trim(), 'false');
  });
});
