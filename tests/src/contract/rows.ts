/** What the contract says, statement by statement, each with a name that cases refer to. */
import { answers } from './rows/answers';
import { lifecycle } from './rows/lifecycle';
import { quirks } from './rows/quirks';
import { requests } from './rows/requests';

export interface Row {
  readonly id: string;
  readonly says: string;
}

/** A name, and what it says. */
export type Said = Readonly<Record<string, string>>;

function named(section: string, said: Said): Row[] {
  return Object.entries(said).map(([name, says]) => ({
    id: section === '' ? name : `${section}/${name}`,
    says,
  }));
}

export const rows: readonly Row[] = Object.entries({
  ...requests,
  ...answers,
  ...lifecycle,
  '': quirks,
}).flatMap(([section, said]) => named(section, said));
