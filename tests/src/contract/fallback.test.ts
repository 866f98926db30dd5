/** Where no native binary loads: the same cases. */
process.env.RUNNER_NATIVE = 'off';

import assert from 'node:assert/strict';
import { Server } from 'node:http';
import { describe } from 'node:test';
import { it } from '../harness/it';
import { ofForm } from './cases';
import { play } from './play';
import { startSide } from './side';
import { ours } from './subjects';

describe('the fallback', () => {
  it("is Node's server, without a warning", async (t) => {
    const side = await startSide(ours(), {});
    t.after(() => side.stop());
    assert.ok(side.handlers.server instanceof Server);
    assert.deepEqual(
      side.notes.logs.map(({ message }) => message),
      ['node.exposure.listen'],
    );
  });
});

play(ofForm('fallback'));
