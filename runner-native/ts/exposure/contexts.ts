import type { Serializer } from '../serializer';
import type { Store } from './allow_list';

/** Carries on with the call. */
type Next = () => unknown;

/**
 * Puts a call into the async contexts that its caller sent along in `x-runner-context` (contract 1.11): a map, in the
 * serializer's text, from the ids of registered contexts to their own texts. What can't be read is left out.
 */
export function withSentContexts(text: string, store: Store, serializer: Serializer, next: Next): Next {
  let wrapped = next;
  try {
    const sent = serializer.parse(text) as Record<string, unknown>;
    for (const [id, context] of store.asyncContexts.entries()) {
      const own = sent[id];
      if (typeof own !== 'string') continue;
      let value: unknown;
      try {
        value = context.parse(own);
      } catch {
        continue;
      }
      const inner = wrapped;
      wrapped = () => provide(context, value, inner);
    }
  } catch {}
  return wrapped;
}

/** A value that the context's own schema refuses is left out too, rather than failing the call (contract D10). */
function provide(
  context: { provide(value: unknown, next: Next): unknown },
  value: unknown,
  next: Next,
): unknown {
  let entered = false;
  try {
    return context.provide(value, () => {
      entered = true;
      return next();
    });
  } catch (error) {
    if (entered) throw error;
    return next();
  }
}
