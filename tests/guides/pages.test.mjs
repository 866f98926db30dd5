// What the pages say of the repository: links, commands, options. Nothing is run here.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { blocks, patched } from './blocks.mjs';
import { broken, brokenLinks, markdownFiles } from './links.mjs';
import { optionKeys } from './options.mjs';
import { isOutput } from './output.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file) => readFileSync(join(root, file), 'utf8');

describe('the pages', () => {
  it('link to what is there', () => {
    assert.deepEqual(brokenLinks(root), []);
  });

  it('name npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const missing = markdownFiles(root).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\bnpm run ([a-z]+(?::[a-z]+)*)(?![\w:-]| -w)/g)]
        .filter(([, name]) => !(name in scripts))
        .map(([, name]) => `${relative(root, file)}: npm run ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it('name files that exist', () => {
    const paths = /`((?:rust-tunnel|runner-native|tests|scripts|docs|benchmarks|container)\/[\w./-]+\.\w+)`/g;
    const missing = markdownFiles(root).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(paths)]
        .filter(([, path]) => !existsSync(join(root, path)))
        .map(([, path]) => `${relative(root, file)}: ${path}`),
    );
    assert.deepEqual(missing, []);
  });

  it('have every option of the package', () => {
    const page = read('runner-native/README.md');
    const keys = optionKeys(root);
    assert.ok(keys.includes('keepAliveMs') && keys.includes('ioThreads') && keys.includes('fieldSize'));
    const missing = keys.filter((key) => !new RegExp(`[\`.]${key}\\b`).test(page));
    assert.deepEqual(missing, []);
  });

  it('have every method of the server', () => {
    const page = read('runner-native/README.md');
    const methods = ['server', 'tunnel'].flatMap((file) =>
      [...read(`runner-native/ts/${file}.ts`).matchAll(/^ {2}(?:async |get )?(\w+)(?:<[^>]*>)?\(.*\{$/gm)]
        .map(([, name]) => name)
        .filter((name) => !INTERNAL.has(name)),
    );
    assert.ok(methods.includes('listen') && methods.includes('getTaskIds'));
    assert.deepEqual(
      methods.filter((name) => !page.includes(`\`${name}`)),
      [],
    );
  });
});

/** What the dispatcher asks of a tunnel, marked `@internal` there. */
const INTERNAL = new Set([
  ...['constructor', 'find', 'parse', 'run', 'succeed', 'fail', 'stringify'],
  ...['departure', 'discover', 'allowOrigin', 'register'],
]);

describe('the reader of guides', () => {
  it('takes no block that does not say what it is for', () => {
    for (const info of ['js', 'sh', 'ts', '', 'js later', 'sh run file=x', 'js illustration', 'js file=']) {
      assert.throws(() => blocks(`text\n\n\`\`\`${info}\nx\n\`\`\`\n`), /^Error: line 3: /, info);
    }
    assert.throws(() => blocks('1. in a list\n\n     ```js\n     x\n     ```\n'), /^Error: line 3: /);
    assert.throws(() => blocks('```sh run\n'), /line 1: this block has no end/);
  });

  it('reads what it is for', () => {
    const markdown = '~~~js file=a.js\n```\n~~~\n<!-- stop -->\n```sh run exit=1\na\nb\n```\n';
    assert.deepEqual(blocks(markdown), [
      { language: 'js', role: 'file', attributes: { file: 'a.js' }, text: '```\n', line: 1 },
      { language: '', role: 'stop', attributes: {}, text: '', line: 4 },
      { language: 'sh', role: 'run', attributes: { run: '', exit: '1' }, text: 'a\nb\n', line: 5 },
    ]);
  });

  it('changes what is there exactly once', () => {
    assert.equal(patched('a\nb\nc\n', ' a\n-b\n+B\n\n-c\n+$&\n'), 'a\nB\n$&\n');
    assert.throws(() => patched('a\n', '-b\n+c\n'), /not exactly once/);
    assert.throws(() => patched('a\na\n', '-a\n+c\n'), /not exactly once/);
  });

  it('leaves open what differs each time, and nothing else', () => {
    assert.ok(isOutput('id 7 of 8  \n\n', 'id … of 8\n'));
    assert.ok(isOutput('a\nb\nc\nd\n', 'a\n…\nd\n'));
    assert.ok(isOutput('a\nd\n', '…\na\n…\nd\n…\n'));
    assert.ok(isOutput('npm warn something\n8\n', '8\n'));
    for (const printed of ['id 7 of 8.', 'id  of 8x', 'id 7\n of 8', '']) {
      assert.ok(!isOutput(printed, 'id … of 8\n'), printed);
    }
    assert.ok(!isOutput('a\nb\n', 'a\n'));
    assert.ok(!isOutput('aXb\n', 'a.b\n'));
  });

  it('finds a link to nowhere', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'links-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(
      join(folder, 'b.md'),
      '# It `is`, isn’t it?\n\n## Twice\n\n## Twice\n\n```sh\n# none\n[x](y)\n```\n',
    );
    const links = [
      'b.md',
      'b.md#it-is-isnt-it',
      'b.md#twice-1',
      '#here',
      'https://x.y/z',
      'c.md',
      'b.md#none',
    ];
    writeFileSync(join(folder, 'a.md'), `# Here\n\n${links.map((link) => `[x](${link})`).join('\n')}\n`);
    assert.deepEqual(broken(join(folder, 'a.md')), ['c.md', 'b.md#none']);
    assert.deepEqual(broken(join(folder, 'b.md')), []);
  });
});
