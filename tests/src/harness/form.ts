import type { RawRequest } from './request';

export interface FilePart {
  readonly id: string;
  readonly bytes: Buffer | string;
  readonly filename?: string;
  readonly type?: string;
}

const BOUNDARY = 'a-boundary';

/** What stands in an input for a file. */
export function sentinel(id: string, meta?: object): object {
  return { $runnerFile: 'File', id, ...(meta !== undefined && { meta }) };
}

/** A form: an input, and files before or behind it. */
export function formBody(input: unknown, files: FilePart[] = [], earlier: FilePart[] = []): Buffer {
  const manifest = [
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="__manifest"\r\n\r\n`),
    Buffer.from(`${JSON.stringify({ input })}\r\n`),
  ];
  const end = Buffer.from(`--${BOUNDARY}--\r\n`);
  return Buffer.concat([...earlier.flatMap(part), ...manifest, ...files.flatMap(part), end]);
}

function part({ id, bytes, filename = 'a.bin', type = 'application/octet-stream' }: FilePart): Buffer[] {
  const head =
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file:${id}"; filename="${filename}"\r\n` +
    `Content-Type: ${type}\r\n\r\n`;
  return [Buffer.from(head), Buffer.from(bytes), Buffer.from('\r\n')];
}

/** The request of a task with a form. Without a body only its head. */
export function formRequest(id: string, body?: Buffer, headers: Record<string, string> = {}): RawRequest {
  const type = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` };
  const target = `/__runner/task/${id}`;
  return { target, headers: { ...type, ...headers }, ...(body !== undefined && { body }) };
}
