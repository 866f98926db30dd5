import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './steps.mjs';

/** The test files below a folder of the repository. Node 20's own runner takes no patterns yet. */
export function testFiles(folder, name = /\.test\.m?js$/) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    if (entry.isDirectory()) {
      return entry.name === 'node_modules' ? [] : testFiles(join(folder, entry.name), name);
    }
    return name.test(entry.name) ? [join(folder, entry.name)] : [];
  });
}
