/** What is sent for each transfer: a head, perhaps a prelude and an end, and the payload between them. */

/** With this header, or this member of a multipart input, a task also gives the checksum of what it read. */
export const SUMMED = 'x-bench-sum';

const BOUNDARY = '----bench-5d41402abc4b2a76b9719d911017c592';

/**
 * @typedef {object} Wanted
 * @property {import('../kinds/streams.mjs').Transfer} transfer
 * @property {string} token
 * @property {number} bytes
 * @property {boolean} summed
 *
 * @typedef {object} Outgoing
 * @property {Buffer} before Everything before the payload.
 * @property {number} payload How many bytes of payload are sent.
 * @property {Buffer} after Everything after it.
 */

/** @param {Wanted} wanted @returns {Outgoing} */
export function outgoing(wanted) {
  const { transfer, bytes } = wanted;
  switch (transfer) {
    case 'multipart':
      return multipart(wanted);
    case 'octets':
    case 'echo':
      return message(wanted, 'application/octet-stream', bytes);
    case 'download':
      return message(wanted, 'application/json', 0, JSON.stringify({ input: { bytes } }));
  }
}

/** @param {Wanted} wanted */
function multipart(wanted) {
  const file = { $runnerFile: 'File', id: 'F1', meta: { name: 'bench.bin' } };
  const manifest = JSON.stringify({ input: { file, summed: wanted.summed } });
  const before = [
    `--${BOUNDARY}\r\n`,
    'content-disposition: form-data; name="__manifest"\r\n',
    `content-type: application/json; charset=utf-8\r\n\r\n${manifest}\r\n`,
    `--${BOUNDARY}\r\n`,
    'content-disposition: form-data; name="file:F1"; filename="bench.bin"\r\n',
    'content-type: application/octet-stream\r\n\r\n',
  ].join('');
  const after = `\r\n--${BOUNDARY}--\r\n`;
  return message(wanted, `multipart/form-data; boundary=${BOUNDARY}`, wanted.bytes, before, after);
}

/** @param {Wanted} wanted @param {string} type @param {number} payload @returns {Outgoing} */
function message({ transfer, token, summed }, type, payload, before = '', after = '') {
  const head = [
    `POST /__runner/task/app.tasks.${transfer} HTTP/1.1`,
    'host: 127.0.0.1',
    `x-runner-token: ${token}`,
    `content-type: ${type}`,
    `content-length: ${before.length + payload + after.length}`,
    ...(summed ? [`${SUMMED}: 1`] : []),
  ];
  return {
    before: Buffer.from(`${head.join('\r\n')}\r\n\r\n${before}`),
    payload,
    after: Buffer.from(after),
  };
}
