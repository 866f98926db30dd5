// Reads the fenced code blocks of a guide. Each says behind its language what it is for, and none may say nothing:
//
//   js file=app.js            a file of the reader's project; every language may
//   diff file=app.js          a change of that file
//   sh run                    commands, which must succeed; `exit=1`: end so instead
//   sh start                  a command that goes on, until `<!-- stop -->` or the end of the guide
//   text output               all that the last commands have printed, from their last output on; `output=server`: the
//                             last that go on
//   sh clone                  commands that are given in a clone; the `npm` scripts must be there
//   text picture              nothing that anybody runs
//   js illustration="why"     nothing that can be run here, and why
//
// In an output `…` stands for what differs each time, in a line, or as a line of its own for any number of lines.

/**
 * @typedef {object} Block
 * @property {string} language
 * @property {string} role
 * @property {Record<string, string>} attributes
 * @property {string} text
 * @property {number} line where it begins, from 1
 */

const ROLES = new Set(['file', 'run', 'start', 'output', 'clone', 'picture', 'illustration', 'stop']);
const ATTRIBUTES = { run: ['exit'] };

/**
 * @param {string} markdown
 * @returns {Block[]}
 * @throws {Error} at a block that does not say what it is for
 */
export function blocks(markdown) {
  /** @type {Block[]} */
  const found = [];
  /** @type {(Block & { fence: string }) | undefined} */
  let open;
  for (const [index, line] of markdown.split('\n').entries()) {
    // Wherever it stands: none is to be overlooked.
    const fence = /^[\s>]*(`{3,}|~{3,})(.*)$/.exec(line);
    if (open !== undefined) {
      if (fence?.[1].startsWith(open.fence) && fence[2].trim() === '') {
        const { fence: _, ...block } = open;
        found.push(block);
        open = undefined;
      } else open.text += `${line}\n`;
    } else if (fence !== null) {
      open = { ...marked(fence[2], index + 1), fence: fence[1], text: '', line: index + 1 };
    } else if (line.trim() === '<!-- stop -->') {
      found.push({ language: '', role: 'stop', attributes: {}, text: '', line: index + 1 });
    }
  }
  if (open !== undefined) throw new Error(`line ${open.line}: this block has no end`);
  return found;
}

/** What stands behind the fence: `js file=app.js`. */
function marked(info, line) {
  const [, language, rest] = /^\s*(\S*)\s*(.*)$/.exec(info) ?? [];
  const words = [...rest.matchAll(/([a-z]+)(?:=(?:"([^"]*)"|(\S+)))?/g)];
  const [role, ...more] = words.map(([, name]) => name);
  if (!ROLES.has(role)) throw new Error(`line ${line}: "${info.trim()}" does not say what this block is for`);
  const unknown = more.find((name) => !ATTRIBUTES[role]?.includes(name));
  if (unknown !== undefined) throw new Error(`line ${line}: a block to ${role} has no ${unknown}`);
  const attributes = Object.fromEntries(words.map(([, name, quoted, bare]) => [name, quoted ?? bare ?? '']));
  if (['file', 'illustration'].includes(role) && attributes[role] === '') {
    throw new Error(`line ${line}: ${role}= must say ${role === 'file' ? 'which' : 'why'}`);
  }
  return { language, role, attributes };
}

/** The text of a file after a change, of which each paragraph is a place. @param {string} text @param {string} diff */
export function patched(text, diff) {
  return diff
    .trimEnd()
    .split(/\n{2,}/)
    .reduce((now, hunk) => {
      const side = (other) =>
        hunk
          .split('\n')
          .filter((line) => !line.startsWith(other))
          .map((line) => line.slice(1))
          .join('\n');
      const [before, after] = [side('+'), side('-')];
      if (now.split(before).length !== 2) throw new Error(`the file has this not exactly once:\n${before}`);
      return now.replace(before, () => after);
    }, text);
}
