import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hostTarget, interpreter, TARGETS } from './target';

/** An executable of nothing but headers: of `entries`, the last one names the interpreter. */
function elf(path: string): Buffer {
  const [entries, size] = [3, 56];
  const header = Buffer.alloc(64);
  header.writeUInt32BE(0x7f454c46, 0);
  header[4] = 2;
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(size, 54);
  header.writeUInt16LE(entries, 56);
  const table = Buffer.alloc(size * entries);
  for (let entry = 0; entry < entries; entry += 1) table.writeUInt32LE(1, entry * size);
  const last = size * (entries - 1);
  table.writeUInt32LE(3, last);
  table.writeBigUInt64LE(BigInt(64 + table.length), last + 8);
  table.writeBigUInt64LE(BigInt(path.length + 1), last + 32);
  return Buffer.concat([header, table, Buffer.from(`${path}\0`)]);
}

describe('the platform', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'target-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const interpreterOf = (bytes: Uint8Array): string | undefined => {
    const file = join(folder, 'executable');
    writeFileSync(file, bytes);
    return interpreter(file);
  };

  it('is read off the headers of an executable', () => {
    for (const path of ['/lib/ld-musl-x86_64.so.1', '/lib64/ld-linux-x86-64.so.2']) {
      assert.equal(interpreterOf(elf(path)), path);
    }
  });

  it('is unknown for a static executable, another format, a torn file and none', () => {
    const bytes = elf('/lib/ld-musl-x86_64.so.1');
    const unlinked = Buffer.from(bytes);
    unlinked.writeUInt32LE(1, 64 + 2 * 56);
    assert.equal(interpreterOf(unlinked), undefined);
    for (const length of [0, 3, 63, 64, 100]) {
      assert.equal(interpreterOf(bytes.subarray(0, length)), undefined, `${length} bytes`);
    }
    bytes[4] = 1;
    assert.equal(interpreterOf(bytes), undefined);
    assert.equal(interpreterOf(Buffer.from('#!/bin/sh\n')), undefined);
    assert.equal(interpreter(join(folder, 'missing')), undefined);
  });

  it('of this process is one that has a binary, and what the C library says of itself', () => {
    const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
    const isGlibc = report?.header?.glibcVersionRuntime !== undefined;
    assert.ok(TARGETS.includes(hostTarget()), hostTarget());
    if (process.platform === 'linux') assert.equal(hostTarget().endsWith('gnu'), isGlibc);
  });
});
