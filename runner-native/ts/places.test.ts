import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Places } from './places';

it('holds one value at a place, and gives it back only to whoever has it', () => {
  const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
  const places = new Places<object>();
  places.set(3, a);
  places.set(0, b);
  assert.deepEqual(
    [places.get(3), places.get(0), places.get(1), places.get(9)],
    [a, b, undefined, undefined],
  );
  assert.deepEqual([places.size, places.all()], [2, [b, a]]);
  places.set(3, c);
  places.delete(3, a);
  assert.deepEqual([places.size, places.get(3)], [2, c]);
  places.delete(3, c);
  places.delete(3, c);
  places.delete(7, b);
  assert.deepEqual([places.size, places.all()], [1, [b]]);
});
