import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { NodeInputFile, useExposureContext } from '@bluelibs/runner/node';
import type { Note } from '../notes';
import type { Gate } from './gate';
import { task } from './tasks';

type Fields = Record<string, unknown>;

/** Tasks whose input comes in a form. */
export function forms(note: Note, gate: Gate) {
  return [
    task('form.input', (input) => {
      note('form.input', described(input));
      return described(input);
    }),
    task('form.read', async (input) => {
      note('form.read begins');
      const contents: Fields = {};
      for (const [name, file] of filesOf(input)) contents[name] = await text(file.stream() as never);
      note('form.read', { input: described(input), contents });
      return contents;
    }),
    task('form.begins', async (input) => {
      note('form.begins', described(input));
      const [[, file] = []] = filesOf(input);
      if (file === undefined) return null;
      const stream = file.stream();
      await new Promise<void>((resolve) => stream.once('data', () => resolve()));
      note('has begun to read');
      const error = await new Promise((resolve) =>
        stream.once('error', resolve).once('end', resolve).resume(),
      );
      note('has read', error instanceof Error ? 'an error' : 'all');
      return 'read';
    }),
    task('form.settles', (input) => {
      note('form.settles', described(input));
      return 'settled';
    }),
    task('form.throws', () => {
      note('form.throws');
      throw new Error('no reason');
    }),
    task('form.gate', async (input) => {
      note('form.gate waits', described(input));
      await gate.pass();
      note('form.gate goes on', described(input));
      return described(input);
    }),
    task('form.twice', async (input) => {
      const [[, file] = []] = filesOf(input);
      if (file === undefined) return null;
      const { stream } = await file.resolve();
      try {
        file.stream();
      } catch (error) {
        const { name, message, data } = error as Error & { data: unknown };
        note('the second time', { name, message, data });
      }
      return text(stream as never);
    }),
    task('form.temp', async (input) => {
      const [[, file] = []] = filesOf(input);
      if (file === undefined) return null;
      const { path, bytesWritten } = await file.toTempFile();
      await rm(path);
      return { name: basename(path).replace(/\.\d+\.[0-9a-z]+$/, '.<now>.<random>'), bytesWritten };
    }),
    task('form.same', (input) => {
      const { a, b } = input as Fields;
      return { same: a === b, isFile: a instanceof NodeInputFile, own: Object.keys(a as object) };
    }),
    task('form.request', (_input) => {
      const { req, headers, signal, method } = useExposureContext();
      note('request', {
        type: headers['content-type']?.slice(0, 19),
        method,
        url: req.url,
        aborted: signal.aborted,
      });
      return null;
    }),
    task('form.leaves', async (input) => {
      const { signal } = useExposureContext();
      signal.addEventListener('abort', () => note('aborted', signal.reason.name));
      const [[, file] = []] = filesOf(input);
      const stream = file?.stream();
      stream?.once('data', () => note('begins to read'));
      await new Promise<void>((resolve) => stream?.once('error', () => resolve()).resume());
      note('hears of it');
    }),
  ];
}

/** The files among the members of an input. */
function filesOf(input: unknown): [string, NodeInputFile][] {
  const all = Object.entries((input ?? {}) as Fields);
  return all.filter(([, value]) => value instanceof NodeInputFile) as never;
}

/** An input with files as what is known of them. */
function described(value: unknown): unknown {
  if (value instanceof NodeInputFile) {
    const { name, type, size, lastModified, extra } = value;
    return { file: { name, type, size, lastModified, extra } };
  }
  if (Array.isArray(value)) return value.map(described);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, described(member)]));
}
