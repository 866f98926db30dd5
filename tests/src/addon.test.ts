import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { it } from './harness/it';

const ROOT = join(__dirname, '../..');
const PACKAGE = dirname(dirname(require.resolve('@bluelibs/runner-native')));
const ADDON = join(PACKAGE, 'native/runner-native.node');
const { version, napi } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as {
  version: string;
  napi: { nodeApiVersion: number; targets: string[] };
};
const { hostTarget, TARGETS } = require(join(PACKAGE, 'dist/target.js')) as {
  hostTarget(): string;
  TARGETS: string[];
};
const run = promisify(execFile);

/** A project with the package as npm would install it, and the platform's package as `addon` and `as` say. */
function project(t: TestContext, addon?: Buffer, as = version) {
  const folder = mkdtempSync(join(tmpdir(), 'addon-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const scope = join(folder, 'node_modules/@bluelibs');
  for (const part of ['dist', 'package.json']) {
    cpSync(join(PACKAGE, part), join(scope, 'runner-native', part), { recursive: true });
  }
  if (addon !== undefined) {
    const place = join(scope, `runner-native-${hostTarget()}`);
    mkdirSync(place);
    writeFileSync(join(place, 'addon.node'), addon);
    writeFileSync(join(place, 'package.json'), JSON.stringify({ version: as, main: 'addon.node' }));
  }
  const code = `
    const { TunnelServer } = require('@bluelibs/runner-native');
    try {
      new TunnelServer(0);
      console.log('loaded');
    } catch ({ message }) {
      console.log(message);
    }`;
  return async () => (await run(process.execPath, ['-e', code], { cwd: folder })).stdout.trim();
}

describe('the addon', () => {
  it("comes from the platform's own package", async (t) => {
    assert.equal(await project(t, readFileSync(ADDON))(), 'loaded');
  });

  it('is missed with the platform, the places and the way out', async (t) => {
    const message = await project(t)();
    assert.ok(message.includes(`on ${hostTarget()}, Node ${process.version} (`), message);
    assert.match(
      message,
      /native\/runner-native\.node: not there; @bluelibs\/runner-native-[\w-]+: not there/,
    );
    assert.match(message, /install it again on this platform, without --omit=optional.*doctor/);
  });

  it('of another version is not taken', async (t) => {
    const message = await project(t, readFileSync(ADDON), '0.0.1')();
    assert.ok(message.includes(`: version 0.0.1, but ${version} is needed`), message);
  });

  it('that the system refuses is reported in its words', async (t) => {
    const message = await project(t, Buffer.from('no library'))();
    assert.match(message, /runner-native-[\w-]+: .*addon\.node/);
  });

  it('has a package for each platform that is built for', () => {
    // The words of Rust and of Node for the same.
    const names = napi.targets.map((triple) => {
      const [arch, , system, abi] = triple.split('-');
      const words = [system === 'windows' ? 'win32' : system, arch === 'x86_64' ? 'x64' : 'arm64', abi];
      return words.filter(Boolean).join('-');
    });
    assert.deepEqual(names, TARGETS);
  });

  it('is built for the Node-API version that package.json declares', () => {
    const cargo = readFileSync(join(ROOT, 'Cargo.toml'), 'utf8');
    assert.match(cargo, new RegExp(`^napi = .*"napi${napi.nodeApiVersion}"`, 'm'));
  });
});
