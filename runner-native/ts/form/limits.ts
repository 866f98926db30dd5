import { integer, members } from '../check';

/** What a form with files (`multipart/form-data`) may cost; above it 413. */
export interface MultipartOptions {
  /** A file of so many bytes is too large. Default 20 971 520. */
  fileSize?: number;
  /** Most files. Default 10. */
  files?: number;
  /** A field of so many bytes is too large, and so is the manifest. Default 1 048 576. */
  fieldSize?: number;
  /** Most fields, the manifest among them. Default 100. */
  fields?: number;
  /** So many parts, of both kinds, are too many. Default: no limit of its own. */
  parts?: number;
}

/** The same as Rust reads it; `null` is no limit. */
export type FormLimits = { readonly [Name in keyof MultipartOptions]-?: number | null };

export const DEFAULT_FORM_LIMITS: FormLimits = {
  fileSize: 20 * 1024 * 1024,
  files: 10,
  fieldSize: 1024 * 1024,
  fields: 100,
  parts: null,
};

const KEYS = ['fileSize', 'files', 'fieldSize', 'fields', 'parts'] as const;

/** Checks the member `limits.multipart`; what is not given has its default. */
export function readFormLimits(given: unknown): FormLimits {
  const options = members('limits.multipart', given, KEYS);
  const read = (key: (typeof KEYS)[number]): number | null =>
    options[key] === undefined
      ? DEFAULT_FORM_LIMITS[key]
      : integer(`limits.multipart.${key}`, options[key], 0, Number.MAX_SAFE_INTEGER);
  return {
    fileSize: read('fileSize'),
    files: read('files'),
    fieldSize: read('fieldSize'),
    fields: read('fields'),
    parts: read('parts'),
  };
}
