// npm run bench:instructions: how many instructions a small call costs an IO thread outside the kernel, by callgrind,
// which gives the same number whatever else the machine does.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './steps.mjs';

const FEW = 2_000;
const MANY = 4_000;

if (spawnSync('valgrind', ['--version']).error) {
  console.error('npm run bench:instructions needs valgrind: apt-get install valgrind');
  process.exit(2);
}

const cargo = ['bench', '-p', 'rust-tunnel', '--no-default-features', '--bench', 'request', '--no-run'];
const messages = execFileSync('cargo', [...cargo, '--message-format=json'], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
  maxBuffer: 2 ** 26,
});
const built = messages
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line))
  .findLast(({ target, executable }) => target?.name === 'request' && executable);

const folder = mkdtempSync(join(tmpdir(), 'instructions-'));
try {
  // What it takes to start and to end is in both, and in neither of the difference.
  const perRequest = (instructions(MANY) - instructions(FEW)) / (MANY - FEW);
  console.log(`${perRequest.toFixed(0)} instructions per request on the IO thread, outside the kernel`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Of the IO thread, which is the second. */
function instructions(requests) {
  const out = join(folder, String(requests));
  const valgrind = ['--tool=callgrind', '--separate-threads=yes', `--callgrind-out-file=${out}`];
  execFileSync('valgrind', [...valgrind, built.executable, String(requests)], { stdio: 'ignore' });
  return Number(/^totals: (\d+)$/m.exec(readFileSync(`${out}-02`, 'utf8'))[1]);
}
