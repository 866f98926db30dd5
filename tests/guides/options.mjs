// Which options the package has, as its TypeScript says: the members of the types whose names end in `Options`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FILES = ['options.ts', 'cors.ts', 'form/limits.ts', 'exposure/config.ts', 'server.ts'];

/** @param {string} root @returns {string[]} */
export function optionKeys(root) {
  const keys = FILES.flatMap((file) => {
    const text = readFileSync(join(root, 'runner-native/ts', file), 'utf8');
    const types = [...text.matchAll(/^export interface \w+Options\b[^{]*\{\n([\s\S]*?)^\}/gm)];
    if (types.length === 0) throw new Error(`${file} has no options any more`);
    return types.flatMap(([, body]) =>
      [...body.matchAll(/^ {2}(\w+)\??:(.*)$/gm)].flatMap(([, key, type]) => [key, ...inner(type)]),
    );
  });
  return [...new Set(keys)];
}

/** The members of a type that is written out: `{ maxSize?: number }`. */
function inner(type) {
  const [, body = ''] = /^ \{(.*)\};$/.exec(type) ?? [];
  return [...body.matchAll(/(\w+)\??:/g)].map(([, key]) => key);
}
