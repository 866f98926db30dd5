import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { addon, hostTarget, type Installed, installed, manifest, TARGETS } from './harness/installed';
import { it } from './harness/it';

const { napi, version } = manifest;

/** What comes of making a server there. */
async function made({ node }: Installed): Promise<string> {
  const code = `
    const { TunnelServer } = require('@bluelibs/runner-native');
    try {
      new TunnelServer(0);
      console.log('loaded');
    } catch ({ message }) {
      console.log(message);
    }`;
  return (await node(['-e', code])).stdout.trim();
}

describe('the addon', () => {
  it("comes from the platform's own package", async (t) => {
    assert.equal(await made(installed(t, addon())), 'loaded');
  });

  it('is missed with the platform, the places and the way out', async (t) => {
    const message = await made(installed(t));
    assert.ok(message.includes(`on ${hostTarget()}, Node ${process.version} (`), message);
    assert.match(
      message,
      /native\/runner-native\.node: not there; @bluelibs\/runner-native-[\w-]+: not there/,
    );
    assert.match(message, /install it again on this platform, without --omit=optional.*doctor/);
  });

  it('of another version is not taken', async (t) => {
    const message = await made(installed(t, addon(), '0.0.1'));
    assert.ok(message.includes(`: version 0.0.1, but ${version} is needed`), message);
  });

  it('that the system refuses is reported in its words', async (t) => {
    const message = await made(installed(t, Buffer.from('no library')));
    assert.match(message, /runner-native-[\w-]+: .*addon\.node/);
    assert.match(message, /; install the same version anew, or build it/);
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
    const cargo = readFileSync(join(__dirname, '../../Cargo.toml'), 'utf8');
    assert.match(cargo, new RegExp(`^napi = .*"napi${napi.nodeApiVersion}"`, 'm'));
  });
});
