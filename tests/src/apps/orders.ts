import { globals, r } from '@bluelibs/runner/node';

/** Who asks; carried from the client's process to the server's. */
export const tenant = r.asyncContext<{ name: string }>('orders.contexts.tenant').build();

export const soldOut = r.error<{ item: string }>('orders.errors.soldOut').httpCode(409).build();

/** What both processes register: the definitions are one module, as in an application that is taken apart. */
export const place = r
  .task('orders.tasks.place')
  .run(async ({ item, at }: { item: string; at: Date }) => {
    if (item === 'pen') soldOut.throw({ item });
    return { item, at, tenant: tenant.use().name, tags: new Set(['new']), pid: process.pid };
  })
  .build();

export const nothing = r
  .task('orders.tasks.nothing')
  .run(async (input?: unknown) => {
    if (input !== undefined) throw new Error(`got ${String(input)}`);
  })
  .build();

export const placed = r.event<{ item: string }>('orders.events.placed').build();

/** Everything the two processes have in common. */
export const shared = [tenant, soldOut, place, nothing, placed];

/** A tunnel resource with the value that `make` gives. */
export function tunnel<Value extends object>(id: string, make: () => Promise<Value> | Value) {
  return r
    .resource(id)
    .tags([globals.tags.tunnel])
    .init(async () => make() as never)
    .build();
}
