/** The tasks of `bench streams`: one for each kind of transfer, each as short as it can be. */
import { source, tally } from '../streams/payload.mjs';
import { SUMMED } from '../streams/requests.mjs';

/** @param {typeof import('@bluelibs/runner/node')} runner */
export function streamTasks({ r, useExposureContext }) {
  const multipart = async ({ file, summed }) => tally((await file.resolve()).stream, summed);
  const octets = async () => {
    const { req } = useExposureContext();
    return tally(req, SUMMED in req.headers);
  };
  const download = async ({ bytes }) => source(bytes);
  const echo = async () => useExposureContext().req;
  return Object.entries({ multipart, octets, download, echo }).map(([name, run]) =>
    r.task(`app.tasks.${name}`).run(run).build(),
  );
}
