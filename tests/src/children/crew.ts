/** A worker that says who it is, waits, blocks, moves bytes, and does not always start well. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as later } from 'node:timers/promises';
import type { CallContext } from '@bluelibs/runner-native';
import { serveWorker, type Tunnel } from '@bluelibs/runner-native/worker';
import { digest, patterned } from '../apps/streams';

/** How it starts; `CREW_FILE` names a file that says so while it is there. */
const { CREW, CREW_FILE = '', RUNNER_TUNNEL_WORKER } = process.env;
const way = existsSync(CREW_FILE) ? readFileSync(CREW_FILE, 'utf8') : CREW;
const { pid } = process;
const NEVER = new Promise<never>(() => {});

function say(text: string): void {
  // Synchronous where it is a pipe.
  process.stdout.write(`${text}\n`);
}

function crew(tunnel: Tunnel): void {
  tunnel
    .registerTask('pid', () => pid)
    .registerTask('hold', (name: string, { signal }: CallContext) => {
      say(`started ${name} ${pid}`);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          say(`aborted ${name}`);
          reject(signal.reason);
        });
      });
    })
    // Is done by the second who is asked.
    .registerTask('second', (file: string) => {
      if (existsSync(file)) return pid;
      writeFileSync(file, '');
      say(`started second ${pid}`);
      return NEVER;
    })
    // Whose end another process can bring about, whichever worker has the call.
    .registerTask('until', async (file: string) => {
      say(`started until ${pid}`);
      while (!existsSync(file)) await later(5);
      return pid;
    })
    .registerTask('parent', () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid)
    .registerTask('pause', (ms: number) => {
      say(`pauses ${pid}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    })
    .registerTask('block', () => {
      say(`blocks ${pid}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    })
    .registerTask('digest', async (_input: unknown, { body }: CallContext) => {
      body?.once('data', () => say(`reads ${pid}`));
      return { pid, ...(await digest(body ?? Readable.from([]))) };
    })
    .registerTask('give', (bytes: number) => {
      const whole = patterned(bytes);
      let at = 0;
      const stream = new Readable({
        read() {
          const from = at;
          at += 65_536;
          this.push(from < bytes ? whole.subarray(from, at) : null);
        },
      });
      return { stream, headers: { 'X-Pid': String(pid) } };
    });
}

if (way === 'crashes') {
  console.error('no database');
  process.exit(3);
} else if (way === 'silent') {
  say(`is silent ${pid}`);
  setInterval(() => {}, 1_000);
} else {
  const differs = way === 'differs' && (way !== CREW || RUNNER_TUNNEL_WORKER === '2');
  console.error('has its own errors');
  say('starts');
  void serveWorker(crew, { limits: { maxInFlight: differs ? 700 : 800 } });
}
