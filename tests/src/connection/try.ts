import { KINDS, measureIdle } from './idle';
void (async () => {
  for (const k of KINDS) for (const n of [250, 500, 1000, 2000, 3000, 4000, 6000, 8000]) { const r = await measureIdle(k, n); console.log(r.kind, r.connections, Math.round(r.bytesEach), Math.round(r.bytesEach * n / 1024)); }
})();
