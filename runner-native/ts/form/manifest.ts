import { Refusal } from '../errors';
import type { FormFile } from './files';
import type { FormLimits } from './limits';

/** A reference to a file, as the Runner's clients write it. */
interface Sentinel {
  $runnerFile: 'File';
  id: string;
  meta?: unknown;
}

/** Charsets of which a manifest can be; nothing else is readable JSON. */
const ENCODINGS: Readonly<Record<string, BufferEncoding>> = {
  'utf-8': 'utf8',
  utf8: 'utf8',
  latin1: 'latin1',
  'iso-8859-1': 'latin1',
  'us-ascii': 'latin1',
  'utf-16le': 'utf16le',
  utf16le: 'utf16le',
};

/** The field `__manifest`. Sent more than once, its texts are one text. */
export class Manifest {
  private text = '';
  private size = 0;

  constructor(
    private readonly limits: FormLimits,
    private readonly parse: (text: string) => unknown,
  ) {}

  /**
   * Takes the field's bytes; the result is the manifest so far.
   *
   * @throws {Refusal} when they are too many, or no manifest.
   */
  add(bytes: Buffer, charset = 'utf-8'): { input?: unknown } {
    const encoding = ENCODINGS[charset];
    if (encoding === undefined) throw invalid();
    const text = bytes.toString(encoding);
    this.size += Buffer.byteLength(text);
    if (this.limits.fieldSize !== null && this.size > this.limits.fieldSize) {
      throw new Refusal('PAYLOAD_TOO_LARGE', 'Field limit exceeded');
    }
    this.text += text;
    const manifest = this.text === '' ? undefined : this.read();
    if (typeof manifest !== 'object' || manifest === null) throw new Refusal('MISSING_MANIFEST');
    return manifest;
  }

  private read(): unknown {
    try {
      return this.parse(this.text);
    } catch {
      throw invalid();
    }
  }
}

/**
 * The input with files in the places of their sentinels. Typed values stay as they are: only plain objects and arrays
 * are made anew (contract D6).
 *
 * @throws {Refusal} when `file` does, or the input has no end.
 */
export function hydrate(input: unknown, file: (id: string, meta: unknown) => FormFile): unknown {
  const visit = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (isSentinel(value)) return file(value.id, value.meta);
    if (Array.isArray(value)) return value.map(visit);
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visit(member)]));
  };
  try {
    return visit(input);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw invalid();
  }
}

function isSentinel(value: object): value is Sentinel {
  const { $runnerFile, id } = value as Partial<Sentinel>;
  return $runnerFile === 'File' && typeof id === 'string';
}

function invalid(): Refusal {
  return new Refusal('INVALID_MULTIPART', 'Invalid manifest');
}
