const SIDES = ['stock', 'ours '] as const;
export const WANTED = ['wanted', 'got   '] as const;

/** What is different between two plain values, a line for each place; none when they are the same. */
export function differences(
  stock: unknown,
  ours: unknown,
  at = '',
  sides: readonly [string, string] = SIDES,
): string[] {
  if (Object.is(stock, ours)) return [];
  if (isRecord(stock) && isRecord(ours) && Array.isArray(stock) === Array.isArray(ours)) {
    const keys = new Set([...Object.keys(stock), ...Object.keys(ours)]);
    return [...keys].flatMap((key) =>
      differences(stock[key], ours[key], at === '' ? key : `${at}.${key}`, sides),
    );
  }
  const [one, other] = sides;
  return [`${at}\n    ${one}: ${text(stock)}\n    ${other}: ${text(ours)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const LONGEST = 1_500;

function text(value: unknown): string {
  const full = value === undefined ? '(nothing)' : JSON.stringify(value);
  return full.length > LONGEST ? `${full.slice(0, LONGEST)}... (${full.length} characters)` : full;
}
