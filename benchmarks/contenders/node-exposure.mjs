/** Stock `nodeExposure` of `@bluelibs/runner`. */
import { runner, serve } from './runner-app.mjs';

await serve(runner.nodeExposure);
