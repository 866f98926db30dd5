/** The most memory that a process has had resident, from Linux's /proc; elsewhere `null`. */
import { readFileSync, writeFileSync } from 'node:fs';

/** `clear_refs` takes this for: begin to look for the peak anew. */
const FORGET_PEAK = '5';

/** From here on counts. @param {number} pid @returns {boolean} Whether the kernel can be told so. */
export function forgetPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, FORGET_PEAK);
    return true;
  } catch {
    return false;
  }
}

/** In MiB. @param {number} pid @returns {number | null} */
export function peakMiB(pid) {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return kib && Number(kib[1]) / 1024;
  } catch {
    return null;
  }
}
