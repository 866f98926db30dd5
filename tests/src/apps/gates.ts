import type { App } from './apps';

interface Gate {
  open(): void;
  readonly opened: Promise<void>;
}

/** Tasks that last as long as their test wants; notes tell it how far they are. */
export const gates: App = (tunnel, note) => {
  const all = new Map<string, Gate>();
  const kept = new Map<string, AbortSignal>();
  const gate = (name: string): Gate => {
    let found = all.get(name);
    if (found === undefined) {
      let open!: () => void;
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      found = { open, opened };
      all.set(name, found);
    }
    return found;
  };

  tunnel
    // Stays until its gate opens, whoever leaves meanwhile.
    .registerTask('hold', async (name: string, { signal }) => {
      signal.addEventListener('abort', () => note('aborted', name));
      note('started', name);
      await gate(name).opened;
      note('settled', name);
      return name;
    })
    // Ends with its signal.
    .registerTask('obey', (name: string, { signal }) => {
      note('started', name);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          note('aborted', name);
          reject(signal.reason);
        });
      });
    })
    // Asks for its signal only when everything is over.
    .registerTask('look', async (name: string, context) => {
      note('started', name);
      await gate(name).opened;
      note('looked', { aborted: context.signal.aborted, reason: (context.signal.reason as Error)?.name });
      return name;
    })
    // Keeps its signal and tells later whether it has fired.
    .registerTask('keep', (name: string, { signal }) => {
      signal.addEventListener('abort', () => note('aborted', name));
      kept.set(name, signal);
      return name;
    })
    .registerTask('kept', (name: string) => kept.get(name)?.aborted)
    .registerTask('open', (name: string) => gate(name).open());
};
