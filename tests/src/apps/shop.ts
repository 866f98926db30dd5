import { TunnelError } from '@bluelibs/runner-native';
import type { App } from './apps';

/** What the Runner's own clients call. */
export const shop: App = (tunnel, note) => {
  tunnel
    .registerTask('shop.tasks.add', ({ a, b }: { a: number; b: number }) => a + b)
    .registerTask('shop.tasks.echo', async (input: unknown) => input)
    .registerTask('shop.tasks.nothing', (input: unknown) => note('input', typeof input))
    .registerTask('shop.tasks.buy', ({ item }: { item: string }) => {
      throw new TunnelError({
        message: `${item} is sold out`,
        id: 'shop.errors.soldOut',
        data: { item },
        httpCode: 409,
      });
    })
    .registerTask('shop.tasks.break', () => {
      throw new Error('inner detail');
    })
    .registerEvent('shop.events.sold', (payload: unknown) => note('sold', payload))
    .registerEvent('shop.events.priced', async ({ price }: { price: number }) => ({ price: price * 2 }));
};
