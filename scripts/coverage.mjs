// Which lines of the package's TypeScript the tests have run. V8 counts, in every process that is started with
// NODE_V8_COVERAGE and ends by itself; what is killed has not told.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { root } from './steps.mjs';

const raw = join(root, 'coverage', 'raw');
const dist = join(root, 'runner-native', 'dist');

/** The package as the workspace has it, or as a test has installed it somewhere. */
const OURS = /\/(?:runner-native|no-binary-\w+)\/dist\/(.+\.m?js)$/;

/** The environment of processes whose coverage counts. What was counted before is forgotten. */
export function counting() {
  rmSync(raw, { recursive: true, force: true });
  return { ...process.env, NODE_V8_COVERAGE: raw };
}

/** Prints what was run of each file, and whether it is enough: of all lines of code, in percent. */
export function report(enough) {
  const sources = readdirSync(dist, { recursive: true })
    .filter((name) => /(?<!\.test)\.m?js$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(dist, name), 'utf8') }));
  const marks = new Map(sources.map(({ name, text }) => [name, new Uint8Array(text.length)]));
  for (const file of readdirSync(raw).filter((name) => name.startsWith('coverage-'))) {
    for (const { url, functions } of countedBy(file)) {
      const mark = marks.get(OURS.exec(url)?.[1] ?? '');
      if (mark !== undefined) add(mark, functions);
    }
  }
  let [all, run] = [0, 0];
  for (const { name, text } of sources) {
    const lines = linesOf(name, text, marks.get(name));
    const missing = [...lines].flatMap(([line, isRun]) => (isRun ? [] : [line + 1])).sort((a, b) => a - b);
    all += lines.size;
    run += lines.size - missing.length;
    if (missing.length > 0) print(name.replace(/js$/, 'ts'), lines.size, missing);
  }
  console.log(`\nrunner-native/ts: ${run} of ${all} lines, ${percent(run, all)} (${enough} % are asked for)`);
  return (100 * run) / all >= enough;
}

/** What one process has counted: nothing, if it was killed while it wrote that down. */
function countedBy(file) {
  const text = readFileSync(join(raw, file), 'utf8');
  try {
    return JSON.parse(text).result;
  } catch {
    console.log(
      `coverage: left out ${file}, whose process was ended before all ${text.length} characters of it were written`,
    );
    return [];
  }
}

/** Marks what one process has run. An inner range says more than the one around it, and comes after it. */
function add(mark, functions) {
  const own = new Uint8Array(mark.length);
  for (const { ranges } of functions) {
    for (const { startOffset, endOffset, count } of ranges)
      own.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  for (const [offset, isRun] of own.entries()) mark[offset] |= isRun;
}

/** The lines of the source that are code, and whether anything of them was run. Types and comments are none. */
function linesOf(name, text, mark) {
  const map = new SourceMap(JSON.parse(readFileSync(join(dist, `${name}.map`), 'utf8')));
  const lines = new Map();
  let offset = 0;
  for (const [number, line] of text.split('\n').entries()) {
    const isComment = /^\s*(?:\/\/|\/?\*)/.test(line);
    for (let column = 0; column < line.length && !isComment; column += 1) {
      const { generatedLine, generatedColumn, originalLine } = map.findEntry(number, column);
      if (generatedLine !== number || generatedColumn !== column) continue;
      lines.set(originalLine, (lines.get(originalLine) ?? false) || mark[offset + column] === 1);
    }
    offset += line.length + 1;
  }
  return lines;
}

function print(name, all, missing) {
  const ranges = [];
  for (const line of missing) {
    const last = ranges.at(-1);
    if (last?.to === line - 1) last.to = line;
    else ranges.push({ from: line, to: line });
  }
  const where = ranges.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join(', ');
  console.log(`${percent(all - missing.length, all).padStart(8)}  ${name}: ${where}`);
}

function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
