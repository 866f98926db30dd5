// Asks a real node:http server (default options) what it makes of raw bytes on a fresh connection.
import http from 'node:http';
import net from 'node:net';

/** Starts the server: it reads each body to its end, then answers 200 and keeps the connection. */
export function startServer() {
  const server = http.createServer((req, res) => {
    let length = 0;
    req.on('data', (part) => {
      length += part.length;
    });
    req.on('end', () => {
      res.setHeader('Content-Length', 0); // or a 1.0 connection is closed
      res.setHeader('X-Seen', `${req.method} ${length} HTTP/${req.httpVersion}`);
      res.end();
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

/**
 * One connection: sends `bytes`, waits for an end or for `quiet` ms of silence.
 * `statuses` are those of all answers, `seen` is what the handler saw of each message.
 */
export function ask(server, bytes, quiet = 120) {
  return new Promise((done) => {
    const socket = net.connect(server.address().port, '127.0.0.1');
    const parts = [];
    let timer;
    let over = false;
    const finish = (closes) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      socket.destroy();
      const text = Buffer.concat(parts).toString('latin1');
      const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map((m) => Number(m[1]));
      const seen = [...text.matchAll(/X-Seen: (.*)\r\n/g)].map((m) => m[1]);
      done({ statuses, closes, seen });
    };
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => finish(false), quiet);
    };
    socket.on('connect', () => {
      socket.write(bytes);
      wait();
    });
    socket.on('data', (part) => {
      parts.push(part);
      wait();
    });
    socket.on('end', () => finish(true));
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
  });
}

/** Runs `jobs` (functions giving promises), at most `width` at a time, keeping the order of results. */
export async function inParallel(jobs, width = 100) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < jobs.length) {
      const i = next++;
      results[i] = await jobs[i]();
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
