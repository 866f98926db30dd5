// Reads what our Dockerfile is made of: no more of the language than that.

/**
 * @typedef {object} Instruction
 * @property {string} name `RUN`, `COPY` and so on
 * @property {string} text what follows
 */

/** The stages in their order, each with its name and its instructions. */
export function stages(text) {
  const stages = [];
  for (const line of text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
    const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? unknown(line);
    if (name === 'FROM') {
      const [, image, stage] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? unknown(line);
      stages.push({ image, name: stage ?? 'final', instructions: [] });
    } else {
      stages.at(-1).instructions.push({ name, text: rest });
    }
  }
  return stages;
}

/** The command of a `CMD` or `HEALTHCHECK` in its JSON form. */
export function command({ text }) {
  const [json] = /\[.*\]$/.exec(text) ?? unknown(text);
  return JSON.parse(json);
}

/** Whether a file of the clone is sent to the builder, as .dockerignore says: the last line that fits decides. */
export function isSent(path, dockerignore) {
  let isSent = true;
  for (const line of dockerignore.split('\n').filter((line) => line !== '')) {
    const isException = line.startsWith('!');
    if (fits(path, isException ? line.slice(1) : line)) isSent = isException;
  }
  return isSent;
}

/** A pattern fits what it names and all below it; `*` is a name, `**` any folders. */
function fits(path, pattern) {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'));
  return new RegExp(`^${source}(?:/|$)`).test(path);
}

/** @returns {never} */
function unknown(line) {
  throw new Error(`Dockerfile: ${line}`);
}
