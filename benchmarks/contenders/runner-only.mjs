/** No server: a Runner application with one task, as far as it is there without any exposure. */
import { announce, onTerminate } from './child.mjs';
import { addingTasks, runner } from './runner-app.mjs';

const { r, run } = runner;

const app = r.resource('app').register(addingTasks(1)).build();
const { dispose } = await run(app, { logs: { printThreshold: null }, shutdownHooks: false });
announce(0);
setInterval(() => {}, 1000);
onTerminate(dispose);
