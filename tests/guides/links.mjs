// The links of the Markdown files: to files of the repository, and to headings in them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SKIPPED = new Set(['.git', 'node_modules', 'target', 'dist', 'dist-packages', 'native', 'coverage']);

/** The Markdown files below a folder. @param {string} folder @returns {string[]} */
export function markdownFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : markdownFiles(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** What a file links to and is not there, in words. @param {string} file @returns {string[]} */
export function broken(file) {
  const text = prose(readFileSync(file, 'utf8'));
  const targets = [...text.matchAll(/\]\(([^()\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(
    ([, a, b]) => a ?? b,
  );
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => !isThere(file, decodeURI(target)));
}

function isThere(from, target) {
  const [path, anchor] = target.split('#');
  const file = path === '' ? from : resolve(dirname(from), path);
  if (!existsSync(file)) return false;
  if (anchor === undefined) return true;
  return statSync(file).isFile() && anchors(readFileSync(file, 'utf8')).has(anchor);
}

/** What GitHub calls the headings of a page: the second of a name gets `-1`. */
function anchors(markdown) {
  const counts = new Map();
  const names = [...prose(markdown).matchAll(/^#{1,6} +(.*?)(?: +#+)?$/gm)].map(([, heading]) => {
    const name = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count === 0 ? name : `${name}-${count}`;
  });
  return new Set(names);
}

/** Without fenced blocks, in which a `#` is no heading and brackets are no link. */
function prose(markdown) {
  return markdown.replace(/^(`{3,}|~{3,})[\s\S]*?^\1/gm, '');
}

/** All of them below a folder, as `file: target`. @param {string} root @returns {string[]} */
export function brokenLinks(root) {
  return markdownFiles(root).flatMap((file) =>
    broken(file).map((target) => `${relative(root, file)}: ${target}`),
  );
}
