import type { Running } from './backends';
import { RawConnection } from './raw';
import { request, taskRequest } from './request';

/** Starts a call and waits for its handler to run. */
export async function begun(
  { port, logs }: Pick<Running, 'port' | 'logs'>,
  id: string,
  name: string,
): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  connection.write(request(taskRequest(id, name)));
  await logs.noted('started', name);
  return connection;
}
