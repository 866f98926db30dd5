// The tarballs of dist-packages/, installed into an empty project and used there. `npm run test:package` makes them first.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folder, make, remove, run } from './project.mjs';
import { nodes, others } from './runtimes.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tarballs = readdirSync(join(root, 'dist-packages'))
  .filter((file) => file.endsWith('.tgz'))
  .map((file) => join(root, 'dist-packages', file));

/** How TypeScript is told to find modules, what it makes of them, and of which application. */
const COMPILED = [
  { to: 'node16', options: ['--module', 'node16', '--moduleResolution', 'node16'], app: 'typed.ts' },
  { to: 'node16', options: ['--module', 'node16', '--moduleResolution', 'node16'], app: 'typed.mts' },
  { to: 'bundler', options: ['--module', 'commonjs', '--moduleResolution', 'bundler'], app: 'typed.ts' },
  { to: 'bundler', options: ['--module', 'esnext', '--moduleResolution', 'bundler'], app: 'typed.mts' },
];

const APPS = {
  CommonJS: 'required.cjs',
  'an ES module': 'imported.mjs',
  'TypeScript, node16, to CommonJS': 'node16/typed.js',
  'TypeScript, node16, to an ES module': 'node16/typed.mjs',
  'TypeScript, bundler, to CommonJS': 'bundler/typed.js',
  'TypeScript, bundler, to an ES module': 'bundler/typed.mjs',
};
const BODIES = '1048576 bytes up, 1048576 down, heard of an abort\n';
const DOCTOR = ['node_modules/@bluelibs/runner-native/dist/cli.js', 'doctor'];

describe('the packed package', { concurrency: 1 }, () => {
  before(() => make(tarballs));
  after(remove);

  it('is installed with the binary of this platform, and nothing is built or fetched for it', () => {
    const [runner, main, platform, ...more] = readdirSync(join(folder, 'node_modules/@bluelibs')).sort();
    assert.deepEqual([runner, main, more], ['runner', 'runner-native', []]);
    assert.ok(platform?.startsWith(`runner-native-${process.platform}-${process.arch}`), platform);
  });

  it('brings its doctor to npx', async () => {
    const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
    assertWell(await run(npx, ['@bluelibs/runner-native', 'doctor']));
  });

  const strict = '--strict --skipLibCheck false --target es2022 --types node express.d.ts'.split(' ');
  for (const { to, options, app } of COMPILED) {
    it(`has types for ${app} with moduleResolution ${to}`, async () => {
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      assertPrints(await run(process.execPath, [tsc, ...strict, ...options, '--outDir', to, app]), '');
    });
  }

  for (const { name, command } of nodes()) {
    for (const [as, app] of Object.entries(APPS)) {
      it(`serves a Runner application on ${name} as ${as}`, async () => {
        assertPrints(await run(command, [app]), '5 + 3 = 8\n');
      });
    }
    it(`takes files, streams and aborts on ${name}`, async () => {
      assertPrints(await run(command, ['bodies.cjs']), BODIES);
    });
    it(`is well on ${name}`, async () => {
      assertWell(await run(command, DOCTOR));
    });
  }

  // Nobody promises these: what they do is printed, and stands in docs/SUPPORT.md.
  for (const { name, command, args } of others()) {
    it(`is tried on ${name}`, async (t) => {
      for (const script of [['required.cjs'], ['imported.mjs'], ['typed.mts'], ['bodies.cjs'], DOCTOR]) {
        const { code, stdout, stderr } = await run(command, [...args, ...script]);
        const said = `${stderr}\n${stdout}`.trim().split('\n').at(-1);
        t.diagnostic(`${name}, ${script.join(' ')}: exit code ${code}, ${said}`);
      }
    });
  }
});

/** What stands in stderr is shown when it fails: Node 18 warns there of what is experimental. */
function assertPrints({ code, stdout, stderr }, expected) {
  assert.equal(stdout, expected, stderr);
  assert.equal(code, 0, stderr);
}

function assertWell({ code, stdout, stderr }) {
  assert.match(stdout, /All is well\.\n$/, stderr);
  assert.equal(code, 0, stderr);
}
