// Builds the Dockerfile without Docker: each stage is a folder, and its commands run there, with this machine's tools.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isSent, stages } from './dockerfile.mjs';

/**
 * @typedef {object} Stage
 * @property {string} root the folder that stands for `/`
 * @property {string} workdir as the Dockerfile names it
 * @property {Record<string, string>} env
 * @property {Record<string, import('./dockerfile.mjs').Instruction>} last the last instruction of each name
 */

/** The files of a clone that Docker would send to the builder. @returns {string[]} */
export function context(clone) {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: clone,
    encoding: 'utf8',
  });
  const dockerignore = readFileSync(join(clone, '.dockerignore'), 'utf8');
  return listed.split('\0').filter((path) => existsSync(join(clone, path)) && isSent(path, dockerignore));
}

/** Runs all of it below a folder. @returns {Stage} the last stage, which would be the image */
export function build(clone, folder) {
  /** @type {Map<string, Stage>} */
  const built = new Map();
  let stage;
  for (const { name, instructions } of stages(readFileSync(join(clone, 'Dockerfile'), 'utf8'))) {
    stage = { root: join(folder, name), workdir: '/', env: {}, last: {} };
    for (const instruction of instructions) {
      stage.last[instruction.name] = instruction;
      perform(instruction, stage, clone, built);
    }
    built.set(name, stage);
  }
  return stage;
}

/** Where a path of the stage really is. */
export function within({ root, workdir }, path) {
  return join(root, resolve(workdir, path));
}

function perform({ name, text }, stage, clone, built) {
  if (name === 'WORKDIR') {
    stage.workdir = resolve(stage.workdir, text);
    mkdirSync(within(stage, '.'), { recursive: true });
  } else if (name === 'ENV') {
    for (const [, key, value] of text.matchAll(/(\w+)=(\S+)/g)) stage.env[key] = value;
  } else if (name === 'COPY') {
    copy(text, stage, clone, built);
  } else if (name === 'RUN') {
    run(text, stage, clone);
  }
}

function copy(text, stage, clone, built) {
  const [, from, source, destination] = /^(?:--from=(\S+) )?(\S+) (\S+)$/.exec(text) ?? [];
  const to = within(stage, destination);
  if (from !== undefined) {
    const file = join(built.get(from).root, source);
    const into = destination.endsWith('/') ? join(to, basename(source)) : to;
    cpSync(file, into, { recursive: true, dereference: statSync(file).isFile() });
    return;
  }
  for (const path of context(clone)) {
    if (source !== '.' && path !== source) continue;
    const into = source === '.' ? join(to, path) : to;
    mkdirSync(dirname(into), { recursive: true });
    cpSync(join(clone, path), into, { dereference: true });
  }
}

function run(text, stage, clone) {
  const cwd = within(stage, '.');
  // What the clone has compiled of other people's crates need not be compiled anew.
  if (text.startsWith('cargo')) symlinkSync(join(clone, 'target'), join(cwd, 'target'));
  console.log(`> ${text}`);
  execFileSync('sh', ['-ec', text], { cwd, env: { ...process.env, ...stage.env }, stdio: 'inherit' });
}
