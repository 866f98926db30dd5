/** A request as it stands on the wire. @param {import('./kinds/json.mjs').Call['request']} request @param {string} token */
export function requestText({ method, path, headers, body }, token) {
  const all = {
    host: '127.0.0.1',
    ...headers,
    'x-runner-token': token,
    'content-length': Buffer.byteLength(body),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
