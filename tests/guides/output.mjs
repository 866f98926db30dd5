// Compares what a command has printed with what a guide says it prints.

const OPEN = '…';

/** Whether it is that. @param {string} printed @param {string} expected @returns {boolean} */
export function isOutput(printed, expected) {
  return pattern(expected).test(`${tidy(printed)}\n`);
}

/** The same as one expression: `…` is anything within a line, and as a line of its own any number of lines. */
function pattern(expected) {
  const lines = tidy(expected).split('\n');
  const parts = lines.map((line) =>
    line.trim() === OPEN ? '(?:.*\n)*?' : `${line.split(OPEN).map(escaped).join('.+')}\n`,
  );
  return new RegExp(`^${parts.join('')}$`);
}

/** Without what nobody sees, blanks at the ends of lines and empty lines around, and what npm says of its own settings. */
function tidy(text) {
  return text
    .replaceAll('\r', '')
    .replace(/^npm (warn|notice).*\n/gm, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/^\n+|\n+$/g, '');
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
