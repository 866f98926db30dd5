/** The tables of a run as they were printed, in the document that shows them. */
import { KINDS } from '../kinds.mjs';

const PLACE = /(<!-- report: (\w+) -->\n).*?(<!-- end of report -->)/gs;

/** What a run printed when it was over. @param {import('./results.mjs').Results} results @returns {string} */
export function printed(results) {
  const { work, contenders, bench } = KINDS.find(({ work: { name } }) => name === results.kind);
  const entries = contenders.filter(({ name }) => results.parameters.contenders.includes(name));
  const labels = Object.fromEntries(contenders.map(({ name, label }) => [name, label]));
  return bench.report({ work, entries }, labels, results);
}

/**
 * Fills each place with the tables of its kind; one whose kind has no results stays as it is.
 *
 * @param {string} text @param {(kind: string) => string | undefined} tablesOf @returns {string}
 */
export function filled(text, tablesOf) {
  return text.replace(PLACE, (place, begin, kind, end) => {
    const tables = tablesOf(kind);
    return tables === undefined ? place : `${begin}\n\`\`\`text\n${tables}\n\`\`\`\n\n${end}`;
  });
}
