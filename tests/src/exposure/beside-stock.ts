/** One Runner application served twice: by the stock exposure, and by ours. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  globals,
  type NodeExposureHandlers,
  nodeExposure,
  r,
  run,
  useExposureContext,
} from '@bluelibs/runner/node';
import { nativeExposure } from '@bluelibs/runner-native';
import { RawConnection, type RawResponse } from '../harness/raw';

export interface Served {
  readonly port: number;
  dispose(): Promise<void>;
}

const http = { listen: { port: 0, host: '127.0.0.1' }, auth: { token: 'secret' } };

export const startStock = (): Promise<Served> => serve(nodeExposure.with({ http }), nodeExposure);
export const startOurs = (): Promise<Served> => serve(nativeExposure.with({ http }), nativeExposure);

/** The task `seen` gives what the request shows of itself. */
async function serve(registered: unknown, exposure: unknown): Promise<Served> {
  const seen = r
    .task('seen')
    .run(async (input: unknown) => {
      const { req, url, headers } = useExposureContext();
      const { httpVersion, rawHeaders, trailers, rawTrailers, trailersDistinct, headersDistinct, complete } =
        req;
      return {
        input,
        target: req.url,
        path: url.pathname,
        httpVersion,
        rawHeaders,
        headers: Object.entries(headers),
        distinct: Object.keys(headersDistinct).length,
        rawTrailers,
        trailers: Object.entries(trailers),
        trailersDistinct: Object.entries(trailersDistinct),
        complete,
      };
    })
    .build();
  const tunnel = r
    .resource('tunnel')
    .tags([globals.tags.tunnel])
    .init(async () => ({ mode: 'server', transport: 'http', tasks: [seen] }) as never)
    .build();
  const app = r
    .resource('app')
    .register([seen, tunnel, registered as never])
    .build();
  const { getResourceValue, dispose } = await run(app, {
    logs: { printThreshold: null },
    shutdownHooks: false,
  });
  const handlers = (await getResourceValue(exposure as never)) as NodeExposureHandlers;
  const { port } = (handlers.server as Server).address() as AddressInfo;
  return { port, dispose };
}

/** One answer, without what differs from one to the next. */
export interface Answer {
  readonly line: string;
  readonly headers: Record<string, string[]>;
  readonly body: string;
}

/** Sends bytes over a connection of their own, and reads so many answers; then the end, if the last one announces it. */
export async function answers(
  { port }: Served,
  bytes: string,
  count = 1,
  method = 'POST',
): Promise<Answer[]> {
  const connection = await RawConnection.open(port);
  try {
    connection.write(bytes);
    const all: RawResponse[] = [];
    while (all.length < count) all.push(await connection.read(method));
    if (all.at(-1)?.header('connection') === 'close') {
      const rest = await connection.rest();
      if (rest !== '') throw new Error(`more than ${count} answers: ${rest}`);
    }
    return all.map(comparable);
  } finally {
    connection.leave();
  }
}

const MADE_ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g;

function comparable({ version, status, reason, headers, text }: RawResponse): Answer {
  const { date, 'x-runner-request-id': ids, 'content-length': length, ...others } = headers;
  return {
    line: `${version} ${status} ${reason}`,
    headers: {
      ...others,
      ...(date && { date: ['some'] }),
      ...(ids && { 'x-runner-request-id': ids.map((id) => id.replace(MADE_ID, 'made')) }),
      // We have none in an answer that can't have a body.
      ...(length && status !== 204 && { 'content-length': length }),
    },
    body: text.replace(MADE_ID, 'made'),
  };
}
