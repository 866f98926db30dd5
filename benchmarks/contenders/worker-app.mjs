/** `nativeExposure` with the tasks of `bench workers`; a script of its own, as the front gives its app no arguments. */
import { createRequire } from 'node:module';
import { serve } from './runner-app.mjs';

const { nativeExposure } = createRequire(import.meta.url)('@bluelibs/runner-native');

await serve(nativeExposure, 'workers');
