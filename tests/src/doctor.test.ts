import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { addon, hostTarget, type Installed, installed, manifest, type Ran } from './harness/installed';
import { it } from './harness/it';

const CLI = join('node_modules/@bluelibs/runner-native', manifest.bin['runner-native']);

const doctor = ({ node }: Installed, env?: NodeJS.ProcessEnv): Promise<Ran> => node([CLI, 'doctor'], env);

describe('the doctor', () => {
  it('finds all well, after a call to a server', async (t) => {
    const { code, stdout, stderr } = await doctor(installed(t, addon()));
    const { node, napi } = process.versions;
    assert.equal(stderr, '');
    assert.deepEqual(
      stdout
        .replace(/, glibc [\d.]+/, '')
        .replace(/127\.0\.0\.1:\d+/, 'a port')
        .split('\n')
        .map((line) => line.replace(/ {2,}/g, '  ')),
      [
        `@bluelibs/runner-native ${manifest.version}`,
        '',
        `  platform  ${hostTarget()}`,
        `  Node  ${node}, Node-API ${napi}`,
        `  addon  @bluelibs/runner-native-${hostTarget()}`,
        '  server  listens on a port, and answers',
        '  Runner  not installed; nativeExposure needs it, TunnelServer does not',
        '  RUNNER_NATIVE  not set',
        '',
        'All is well.',
        '',
      ],
    );
    assert.equal(code, 0);
  });

  it('says where it looked for a binary in vain, and what to do', async (t) => {
    const { code, stdout } = await doctor(installed(t));
    assert.match(stdout, /addon +none\n +native\/runner-native\.node: not there\n/);
    assert.ok(stdout.includes(`@bluelibs/runner-native-${hostTarget()}: not there`), stdout);
    assert.match(stdout, /server +not tried/);
    assert.match(stdout, /What to do:\n {2}addon: install it again on this platform/);
    assert.equal(code, 1);
  });

  it('says when the server can not be called', async (t) => {
    const project = installed(t, addon());
    writeFileSync(
      join(project.folder, 'cut.js'),
      `globalThis.fetch = async () => { throw new Error('cut'); };`,
    );
    const { code, stdout } = await doctor(project, { NODE_OPTIONS: '--require ./cut.js' });
    assert.match(stdout, /server +cut\n/);
    assert.match(stdout, /What to do:\n {2}server: see that nothing forbids this process to listen/);
    assert.equal(code, 1);
  });

  it('knows the Runner, and which it needs', async (t) => {
    const project = installed(t, addon());
    const place = join(project.folder, 'node_modules/@bluelibs/runner');
    mkdirSync(place);
    for (const [version, outcome, exit] of [
      ['5.5.0', /Runner +5\.5\.0\n(.*\n)+All is well/, 0],
      [
        '6.4.1',
        /Runner +another version\n(.*\n)+ {2}Runner: nativeExposure needs .* >=5\.5\.0 <6, found 6\.4\.1/,
        1,
      ],
    ] as const) {
      writeFileSync(join(place, 'package.json'), JSON.stringify({ version }));
      const { code, stdout } = await doctor(project);
      assert.match(stdout, outcome);
      assert.equal(code, exit);
    }
  });

  it('shows what RUNNER_NATIVE decides', async (t) => {
    const project = installed(t, addon());
    for (const [choice, outcome, exit] of [
      ['off', /RUNNER_NATIVE +off: nativeExposure is the Runner's own/, 0],
      ['require', /RUNNER_NATIVE +require\n/, 0],
      ['on', /What to do:\n {2}RUNNER_NATIVE: set it to "require" or "off", or unset it/, 1],
    ] as const) {
      const { code, stdout } = await doctor(project, { RUNNER_NATIVE: choice });
      assert.match(stdout, outcome);
      assert.equal(code, exit);
    }
  });

  it('is the only command', async (t) => {
    const { code, stderr } = await installed(t).node([CLI, 'nurse']);
    assert.match(stderr, /^Usage: npx @bluelibs\/runner-native doctor/);
    assert.equal(code, 2);
  });
});
