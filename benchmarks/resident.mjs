/** Memory that a process has resident, and the most that it has had, from Linux's /proc; elsewhere `null`. */
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

/** The most since then, in MiB. @param {number} pid */
export const peakMiB = (pid) => read(pid, 'VmHWM');

/** Now, in MiB. @param {number} pid */
export const residentMiB = (pid) => read(pid, 'VmRSS');

/** @param {number} pid @param {string} field @returns {number | null} */
function read(pid, field) {
  try {
    const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return kib && Number(kib[1]) / 1024;
  } catch {
    return null;
  }
}
