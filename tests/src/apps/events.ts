import { TunnelError } from '@bluelibs/runner-native';
import type { App } from './apps';

/** Events that note their payload and answer it. */
export const events: App = (tunnel, note) => {
  tunnel
    .registerEvent('happened', (payload: unknown) => {
      note('happened', payload === undefined ? 'undefined' : payload);
      return { got: payload === undefined ? 'undefined' : payload };
    })
    .registerEvent('happened.later', async (payload: unknown) => payload)
    .registerEvent('fails', () => {
      throw new Error('inner detail');
    })
    .registerEvent('refuses', async () => {
      throw new TunnelError({ message: 'no', id: 'app.errors.no', httpCode: 409 });
    });
};
