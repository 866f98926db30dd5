// Follows the guides as somebody does who has only them: from an empty folder, with the packages that a clone has made.
// `npm run test:guides` makes them first.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { blocks } from './blocks.mjs';
import { Reader } from './project.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const front = process.env.RUST_TUNNEL ?? join(root, 'target/debug/rust-tunnel');
const packages = join(root, 'dist-packages');

const GUIDES = [
  'README.md',
  'QUICKSTART_RUST.md',
  'MIGRATION_GUIDE.md',
  'TESTING_GUIDE.md',
  'runner-native/README.md',
];

describe('the guides', { concurrency: 2 }, () => {
  for (const guide of GUIDES) {
    it(`${guide} can be followed`, async (t) => {
      const steps = blocks(readFileSync(join(root, guide), 'utf8'));
      assert.ok(steps.some(({ role }) => role === 'run'));
      const reader = new Reader({ packages, front });
      t.after(() => reader.leave());
      for (const step of steps) {
        if (step.role === 'clone') assertScripts(step.text);
        await reader.follow(step).catch((error) => {
          throw new Error(`${guide}, line ${step.line}: ${error.message}`);
        });
      }
    });
  }
});

describe('what the guides need', () => {
  it('is made', () => {
    assert.ok(existsSync(front), `${front}: cargo build -p rust-tunnel`);
    assert.ok(existsSync(packages), `${packages}: npm run package`);
  });
});

/** A clone's scripts are there. What they do is tested elsewhere. */
function assertScripts(text) {
  for (const [, name] of text.matchAll(/\bnpm (?:run )?([a-z:-]+)/g)) {
    assert.ok(['install', 'ci'].includes(name) || name in scripts, `npm run ${name} is no script`);
  }
}
