/** JSON by hand on `node:http`. */

/** @param {import('node:http').ServerResponse} response @param {number} status @param {unknown} body */
export function answer(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
