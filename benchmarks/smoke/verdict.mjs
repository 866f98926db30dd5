/** What one check of the smoke test comes to. */
import { hundredths, tenths } from '../figures.mjs';

/** @typedef {{ js: number, all: number }} Cpu Of the JavaScript thread, and of the whole process. */

/** @param {string} name @param {Cpu} most As multiples. @param {Cpu} ours @param {Cpu} theirs */
export function judged(name, most, ours, theirs) {
  const parts = /** @type {const} */ ([
    ['JavaScript thread', 'js'],
    ['whole process', 'all'],
  ]).map(([title, key]) => {
    const times = ours[key] / theirs[key];
    const isWithin = times <= most[key];
    const bound = `${isWithin ? 'at most' : 'MORE THAN'} ${hundredths(most[key])}`;
    return { isWithin, cells: [title, tenths(ours[key]), `${hundredths(times)}x`, bound] };
  });
  return {
    isWithin: parts.every(({ isWithin }) => isWithin),
    cells: [name, ...parts.flatMap(({ cells }) => cells)],
  };
}
