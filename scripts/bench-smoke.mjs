// npm run bench:smoke: whether every call still goes by the fast path. By CPU, not by time; in half a minute.
import { buildPackage, install, run } from './steps.mjs';

install();
buildPackage();
run('bench:smoke', process.execPath, ['benchmarks/smoke/main.mjs']);
