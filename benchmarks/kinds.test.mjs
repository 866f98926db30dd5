import assert from 'node:assert/strict';
import test from 'node:test';
import { FIGURES } from './figures.mjs';
import { KINDS } from './kinds.mjs';

for (const { work, contenders } of KINDS) {
  test(`what the work of ${work.name} names is there`, () => {
    const known = contenders.map(({ name }) => name);
    assert.equal(new Set(known).size, known.length, 'a name is given twice');
    const taking = (name) => assert.ok(known.includes(name) && work.contenders.includes(name), name);
    work.contenders.forEach(taking);
    for (const { of, to, above, connections, ...what } of work.targets) {
      taking(of);
      if (to) taking(to);
      if (above) taking(above);
      assert.ok(work.connections.includes(connections));
      if ('transfer' in what) assert.ok(Object.hasOwn(work.transfers, what.transfer));
      else assert.ok(Object.hasOwn(FIGURES, what.figure));
      if ('call' in what) assert.ok(Object.hasOwn(work.calls, what.call));
    }
  });
}
