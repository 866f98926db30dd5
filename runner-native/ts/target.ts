import { closeSync, openSync, readSync } from 'node:fs';

/** The platforms that have a package with a binary, `@bluelibs/runner-native-<target>`. */
export const TARGETS: readonly string[] = [
  'linux-x64-gnu',
  'linux-x64-musl',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
  'win32-arm64-msvc',
];

let found: string | undefined;

/** The platform that this process runs on, in the words of {@link TARGETS}, among which it need not be. */
export function hostTarget(): string {
  found ??= [process.platform, process.arch, abi()].filter(Boolean).join('-');
  return found;
}

function abi(): string | undefined {
  if (process.platform === 'win32') return 'msvc';
  if (process.platform !== 'linux') return undefined;
  return interpreter(process.execPath)?.includes('musl') ? 'musl' : 'gnu';
}

/**
 * The dynamic linker that an executable asks for (`PT_INTERP`): what this process itself was loaded by decides what it can
 * load, whatever else the system has. Only the headers are read, and nothing is started. `undefined` for a static one.
 */
export function interpreter(executable: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(executable, 'r');
    const header = at(file, 0, 64);
    const isElf64 = header.readUInt32BE(0) === 0x7f454c46 && header[4] === 2;
    if (!isElf64) return undefined;
    const [size, count] = [header.readUInt16LE(54), header.readUInt16LE(56)];
    const table = at(file, Number(header.readBigUInt64LE(32)), size * count);
    for (let entry = 0; entry < table.length; entry += size) {
      if (table.readUInt32LE(entry) !== PT_INTERP) continue;
      const length = Number(table.readBigUInt64LE(entry + 32));
      return at(file, Number(table.readBigUInt64LE(entry + 8)), length).toString('latin1', 0, length - 1);
    }
    return undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const PT_INTERP = 3;

/** Bytes of a file. A file that ends before them yields zeros, in which nothing is found. */
function at(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, position);
  return bytes;
}
