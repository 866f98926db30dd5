/** Medians with intervals, without any assumption on how the values are spread. */

/**
 * @typedef {object} Interval
 * @property {number} median
 * @property {number} low @property {number} high
 * @property {number} confidence The chance that the interval holds the true median; below what was asked for
 *   when there are too few values (5 values give 0.9375 at best, 6 give 0.96875).
 * @property {number} count
 */

/** @param {number[]} values */
export function median(values) {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The median, and the narrowest symmetric pair of order statistics that holds the true median with at least
 * the wanted confidence: each value is above or below it like a tossed coin.
 *
 * @param {number[]} values @param {number} [wanted] @returns {Interval | null} `null` for no values.
 */
export function medianInterval(values, wanted = 0.95) {
  const count = values.length;
  if (count === 0) return null;
  const sorted = ascending(values);
  let rank = 0; // The interval reaches from the rank-th smallest to the rank-th largest, from 0.
  while (coverage(count, rank + 1) >= wanted) rank += 1;
  return {
    median: median(sorted),
    low: sorted[rank],
    high: sorted[count - 1 - rank],
    confidence: coverage(count, rank),
    count,
  };
}

/**
 * The chance that the interval between the rank-th smallest and largest of `count` values holds the median:
 * neither more than `count - 1 - rank` heads nor as many tails.
 *
 * @param {number} count @param {number} rank
 */
export function coverage(count, rank) {
  if (2 * rank >= count) return 0;
  let outside = 0;
  let ways = 0.5 ** count; // C(count, heads) / 2^count
  for (let heads = 0; heads <= rank; heads += 1) {
    outside += ways;
    ways = (ways * (count - heads)) / (heads + 1);
  }
  return Math.max(0, 1 - 2 * outside);
}

/** @param {number[]} values */
function ascending(values) {
  return [...values].sort((a, b) => a - b);
}
