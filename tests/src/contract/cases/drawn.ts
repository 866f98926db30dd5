import { setTimeout as later } from 'node:timers/promises';
import { connected, Pieces } from '../../harness/pieces';
import { type Gathered, partial } from '../gather';
import type { Answer } from '../observation';
import { unhandled } from '../unhandled';

/** After so long nothing more is expected of a server that says nothing. */
const QUIET_MS = 1_000;

/** A client of one answer, which may have no end. */
export class Drawn extends Pieces {
  static async ask(port: number, sent: Buffer): Promise<Drawn> {
    const client = new Drawn(await connected(port));
    client.write(sent);
    return client;
  }

  /** What there is once it has ended, has enough, an error was handled by nobody, or nothing has come for long. */
  async rest(enough: (text: string) => boolean = () => false): Promise<Gathered> {
    const patience = new AbortController();
    const quiet = later(QUIET_MS, undefined, { signal: patience.signal }).catch(() => {});
    await Promise.race([this.until(enough), unhandled.next(), quiet]);
    patience.abort();
    return { text: this.text, ended: this.ended };
  }
}

/** An answer that may have no end, or be none at all. */
export function drawn(gathered: Gathered): Answer {
  const { text, ended } = gathered;
  if (text !== '') return partial(gathered);
  return { status: ended ? 'nothing' : 'silence', line: '', headers: {}, body: '' };
}
