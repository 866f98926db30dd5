import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NodeExposureHandlers } from '@bluelibs/runner/node';
import { exchange, type RawRequest } from '../../harness/request';
import type { Stage } from '../case';
import { listening as bound } from '../side';

/** Only the status of the answer. */
export async function ask(port: number, wanted: RawRequest): Promise<number> {
  return (await exchange(port, wanted)).status;
}

/** Where the server of a value listens. */
export function addressOf({ server }: Pick<NodeExposureHandlers, 'server'>): AddressInfo {
  return server?.address() as AddressInfo;
}

/** Lets a server listen until the end of the case. */
export async function listening(server: Server, stage: Stage): Promise<number> {
  await bound(server);
  stage.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
