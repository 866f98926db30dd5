/** The defects of the stock server, as the migration guide says what becomes of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Form } from './setting';

const GUIDE = join(__dirname, '../../../MIGRATION_GUIDE.md');

/** What the guide says for each form: a cell begins with `fixed` or `kept`. */
export type Defect = Readonly<Record<Form, string>> & { readonly does: string };

export function defects(): ReadonlyMap<string, Defect> {
  known ??= new Map(readFileSync(GUIDE, 'utf8').split('\n').flatMap(row));
  return known;
}

let known: ReadonlyMap<string, Defect> | undefined;

function row(line: string): [string, Defect][] {
  const [, number, does, native, delegated, fallback] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
  if (number === undefined || !/^D\d+$/.test(number)) return [];
  return [
    [
      number,
      { does: does ?? '', native: native ?? '', delegated: delegated ?? '', fallback: fallback ?? '' },
    ],
  ];
}
