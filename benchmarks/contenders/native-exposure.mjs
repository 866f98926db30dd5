/** `nativeExposure` of `@bluelibs/runner-native`: the same application, HTTP in Rust. */
import { createRequire } from 'node:module';
import { serve } from './runner-app.mjs';

const { nativeExposure } = createRequire(import.meta.url)('@bluelibs/runner-native');

await serve(nativeExposure);
