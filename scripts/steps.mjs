// The steps that the commands in package.json are made of. Node's own modules only: they run before the install.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Runs a command with its output shown; a failure ends the script with the command's own exit code. */
export function run(title, command, args, options = {}) {
  console.log(`\n> ${title}: ${[command, ...args].join(' ')}`);
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  });
  if (error?.code === 'ENOENT') {
    console.error(`${command} is not installed. ${hints[command] ?? ''}`);
    process.exit(1);
  }
  if (status !== 0) {
    console.error(`${title} failed${signal ? ` (${signal})` : ''}.`);
    process.exit(status || 1);
  }
}

/** Runs a server as {@link run} does, and ends when it does; a signal to end goes on to it. */
export function serve(title, command, args) {
  console.log(`\n> ${title}: ${[command, ...args].join(' ')}`);
  const server = spawn(command, args, { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches the server by itself.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
  server.on('error', (error) => {
    console.error(`${title} failed: ${error.message}`);
    process.exitCode = 1;
  });
  server.on('exit', (status, signal) => {
    if (status !== 0) console.error(`${title} ${signal ? `was ended (${signal})` : 'failed'}.`);
    process.exitCode = status ?? 1;
  });
}

/** What a command prints; a failure ends the script with what it said. */
export function output(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    shell: process.platform === 'win32',
    ...options,
  });
  if (status !== 0) {
    console.error(`${[command, ...args].join(' ')} failed: ${error?.message ?? stderr}`);
    process.exit(1);
  }
  return stdout;
}

const hints = { cargo: 'Install Rust from https://rustup.rs; rust-toolchain.toml names the version.' };

/** Runs a program of the workspace's own `node_modules`. */
export function bin(title, name, args, options) {
  run(title, join(root, 'node_modules', '.bin', name), args, options);
}

/** Checks what must be on the machine, and installs the npm packages if package-lock.json has changed. */
export function install() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 17)) {
    console.error(`Node ${process.versions.node} is too old to build with: 20.17 or newer is needed.`);
    process.exit(1);
  }
  installIn(root, 'npm packages');
}

/** Installs the other Node versions that the tests run on. */
export function installNodes() {
  installIn(join(root, 'tests', 'nodes'), 'other Node versions, for the tests');
}

/** Installs what has a package-lock.json of its own, if that has changed. */
export function installIn(folder, what) {
  const lock = join(folder, 'package-lock.json');
  const done = join(folder, 'node_modules', '.package-lock.json');
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(lock).mtimeMs) return;
  run(what, npm, ['ci', '--no-audit', '--no-fund'], { cwd: folder });
}

/** Builds the addon in release, and compiles its TypeScript. */
export function buildPackage() {
  buildAddon();
  compile('runner-native');
}

/** Builds the addon in release, where a clone looks for it. */
export function buildAddon() {
  run('addon (release)', process.execPath, ['scripts/addon.mjs']);
}

/** Where cargo puts what it builds. */
export function targetFolder() {
  const args = ['metadata', '--format-version', '1', '--no-deps'];
  return JSON.parse(output('cargo', args)).target_directory;
}

/** Compiles a workspace's TypeScript. What it compiled before goes, so that no test of a deleted file is run. */
export function compile(workspace, options = []) {
  rmSync(join(root, workspace, 'dist'), { recursive: true, force: true });
  bin(`TypeScript of ${workspace}`, 'tsc', ['-p', workspace, ...options]);
}
