import { r } from '@bluelibs/runner/node';
import type { Note } from '../notes';

/** Each with the ordinary (plain JSON) form unless it says otherwise. */
export function contexts(note: Note) {
  const tenant = r.asyncContext<unknown>('ctx.tenant').build();
  /** Its values are checked when they are provided. */
  const strict = r
    .asyncContext<{ n: number }>('ctx.strict')
    .configSchema({
      parse: (value) => {
        note('ctx.strict provides', value);
        if (typeof (value as { n?: unknown } | undefined)?.n !== 'number') throw new Error('n is no number');
        return value as { n: number };
      },
    })
    .build();
  /** It reads its own form. */
  const picky = r
    .asyncContext<string>('ctx.picky')
    .parse((text) => {
      if (!text.startsWith('picky:')) throw new Error('not picky');
      return text.slice(6);
    })
    .serialize((value) => `picky:${value}`)
    .build();
  const late = r
    .asyncContext<unknown>('ctx.late')
    .configSchema({
      parse: (value) => {
        note('ctx.late provides', value);
        return value;
      },
    })
    .build();
  return [tenant, strict, picky, late] as const;
}

export type Contexts = ReturnType<typeof contexts>;

/** What each context says here. */
export function readContexts(known: Contexts): Record<string, unknown> {
  const read = (context: Contexts[number]): unknown => {
    try {
      return context.use();
    } catch (error) {
      return `(${(error as Error).name})`;
    }
  };
  return Object.fromEntries(known.map((context) => [context.id, read(context)]));
}
