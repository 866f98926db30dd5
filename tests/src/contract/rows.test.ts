/** Every statement of the contract has a case, and every difference a reason. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { it } from '../harness/it';
import { type Act, type Case, type Expected, isAct } from './case';
import { tables } from './cases';
import { defects } from './defects';
import { exempt } from './exempt';
import { rows } from './rows';
import type { Form } from './setting';

interface Played {
  readonly one: Case | Act;
  readonly form: Form;
}

const all: Played[] = tables.flatMap(({ setting, cases }) =>
  cases.map((one) => ({ one, form: (isAct(one) ? one.form : setting?.form) ?? 'native' })),
);
const differing = all.filter(({ one }) => one.differs !== undefined);
const FORMS: readonly Form[] = ['native', 'delegated', 'fallback'];
const REASON = /^(D\d+|parser: .{10,})$/;

describe('the rows of the contract', () => {
  it('have each their own name', () => {
    const ids = rows.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { id, says } of rows) assert.ok(says.length >= 5, id);
  });

  it('number every quirk and every defect', () => {
    const ids = new Set(rows.map(({ id }) => id));
    for (let n = 1; n <= 14; n += 1) assert.ok(ids.has(`Q${n}`), `Q${n}`);
    for (let n = 1; n <= 25; n += 1) assert.ok(ids.has(`D${n}`), `D${n}`);
  });

  it('have a case', () => {
    const proven = new Set(all.flatMap(({ one }) => one.rows));
    const without = rows.filter(({ id }) => !proven.has(id));
    assert.deepEqual(
      without.map(({ id }) => id),
      [],
    );
  });

  it('are those that cases name', () => {
    const ids = new Set(rows.map(({ id }) => id));
    const unknown = all.flatMap(({ one }) => one.rows.filter((id) => !ids.has(id)));
    assert.deepEqual([...new Set(unknown)], []);
    for (const { one } of all) assert.notEqual(one.rows.length, 0, one.does);
  });
});

describe('differences', () => {
  it('have each a reason', () => {
    assert.notEqual(differing.length, 0);
    for (const { one } of differing) assert.match(one.differs?.by ?? '', REASON, one.does);
  });

  it('of the parser are never of a JSON call that succeeds', () => {
    for (const { one } of differing) {
      // What a task writes or streams by itself is no JSON call.
      if (one.rows.every((row) => /^1\.8\/(trailers|streams)$/.test(row))) continue;
      if (isAct(one) || !one.differs?.by.startsWith('parser: ')) continue;
      for (const { gets } of [one, one.differs.ours]) {
        for (const { status } of (Array.isArray(gets) ? gets : [gets]) as Expected[]) {
          assert.ok(typeof status !== 'number' || status < 200 || status > 299, one.does);
        }
      }
    }
  });

  it('by a defect are of a row that names it', () => {
    for (const { one } of differing) {
      const { by = '' } = one.differs ?? {};
      if (/^D\d+$/.test(by)) assert.ok(defects().has(by), by);
    }
  });

  it('by a defect are fixed in one form at least', () => {
    for (const { one } of differing) {
      const defect = defects().get(one.differs?.by ?? '');
      if (defect === undefined) continue;
      assert.ok(
        FORMS.some((form) => defect[form].startsWith('fixed')),
        `${one.differs?.by}: ${one.does}`,
      );
    }
  });
});

describe('the defects of the migration guide', () => {
  it('are all there, and say what becomes of them', () => {
    assert.equal(defects().size, 25);
    for (let n = 1; n <= 25; n += 1) {
      const defect = defects().get(`D${n}`);
      assert.ok(defect !== undefined, `D${n}`);
      for (const form of FORMS) assert.match(defect[form], /^(fixed|kept)\b/, `D${n} ${form}`);
      assert.notEqual(defect.does, '');
    }
  });

  it('that are fixed have a case of the safe behaviour, in that form', () => {
    const without = [...defects()].flatMap(([number, defect]) =>
      FORMS.filter((form) => defect[form].startsWith('fixed'))
        .filter((form) => !all.some((played) => played.form === form && played.one.rows.includes(number)))
        .map((form) => `${number} ${form}`),
    );
    assert.deepEqual(without, []);
  });
});

describe('what a front is not asked', () => {
  it('are cases that there are', () => {
    const known = new Set(tables.flatMap(({ name, cases }) => cases.map(({ does }) => `${name}: ${does}`)));
    const named = exempt.flatMap(([, cases]) =>
      Object.entries(cases).flatMap(([name, all]) => all.map((does) => `${name}: ${does}`)),
    );
    assert.deepEqual(
      named.filter((one) => !known.has(one)),
      [],
    );
    assert.equal(new Set(named).size, named.length);
  });
});
