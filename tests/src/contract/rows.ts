/** What the contract says, statement by statement, each with a name that cases refer to. */
import { answers } from './rows/answers';
import { lifecycle } from './rows/lifecycle';
import { quirks } from './rows/quirks';
import { requests } from './rows/requests';

export interface Row {
  readonly id: string;
  readonly says: string;
  /** Why there is nothing to prove about ours yet. */
  readonly later?: string;
}

export const LATER = 'files and streams are not served yet';

/** A name, what it says, and whether it comes later. */
export type Said = Readonly<Record<string, string | { readonly later: string }>>;

function named(section: string, said: Said): Row[] {
  return Object.entries(said).map(([name, says]) => {
    const id = section === '' ? name : `${section}/${name}`;
    return typeof says === 'string' ? { id, says } : { id, says: says.later, later: LATER };
  });
}

export const rows: readonly Row[] = Object.entries({
  ...requests,
  ...answers,
  ...lifecycle,
  '': quirks,
}).flatMap(([section, said]) => named(section, said));
