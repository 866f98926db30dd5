import type { ServerResponse } from 'node:http';
import { useExposureContext } from '@bluelibs/runner/node';
import type { Note } from '../notes';
import { task } from './tasks';

const late = (res: ServerResponse): void => {
  res.writeHead(202, { 'X-Mine': 'late', 'Content-Length': '4' });
  setImmediate(() => res.end('late'));
};

/** The ways in which a task can touch its response, by name. */
export const WRITERS: Readonly<Record<string, (res: ServerResponse, note: Note) => unknown>> = {
  headers(res) {
    res.setHeader('X-One', '1');
    res.setHeader('x-many', ['a', 'b']);
    res.setHeader('Set-Cookie', ['c=1', 'd=2']);
  },
  overwritten(res) {
    res.statusCode = 201;
    res.statusMessage = 'Mine';
    res.setHeader('Content-Type', 'text/plain');
    res.setHeader('content-length', '1');
    res.setHeader('X-Frame-Options', 'SAMEORIGIN');
  },
  vary(res) {
    res.setHeader('Vary', 'Accept');
  },
  end(res, note) {
    res.statusCode = 203;
    res.setHeader('X-Mine', 'yes');
    res.end('all mine');
    note('ended', { sent: res.headersSent, ended: res.writableEnded });
  },
  endEmpty(res) {
    res.writeHead(204);
    res.end();
  },
  writeHead(res) {
    res.writeHead(207, 'My Reason', { 'X-Mine': ['a', 'b'], 'Content-Type': 'text/plain' });
    res.end('with a head');
  },
  chunks(res) {
    res.write('one');
    res.write(Buffer.from('two'));
    res.end('three');
  },
  late,
  endTwice(res) {
    res.end('first');
    res.end();
  },
  afterJson(res, note) {
    setImmediate(() => {
      res.end();
      note('ended after the answer', res.writableEnded);
    });
    return 'json';
  },
  requestId(res) {
    res.setHeader('x-runner-request-id', 'task-wrote-it');
  },
  destroy(res) {
    res.destroy();
  },
  throwsAfterEnd(res) {
    res.end('kept');
    throw new Error('after the end');
  },
  throwsAfterWrite(res) {
    res.write('kept');
    throw new Error('after a write');
  },
  writeOnly(res) {
    res.write('never ended');
  },
  flushOnly(res) {
    res.flushHeaders();
  },
  streamAfterHead(res) {
    res.writeHead(200);
    return { pipe: () => {} };
  },
  earlyHints(res) {
    res.writeEarlyHints({ link: '</a.css>; rel=preload' });
    return 'hinted';
  },
  processing(res) {
    res.writeProcessing();
    return 'processed';
  },
  trailers(res) {
    res.setHeader('Trailer', 'X-Sum');
    res.write('with a trailer');
    res.addTrailers({ 'X-Sum': '42' });
    res.end();
  },
  removed(res) {
    res.removeHeader('x-runner-request-id');
  },
  badHeader(res) {
    res.setHeader('X-Bad', 'a\nb');
  },
};

export function writing(note: Note) {
  return task('write', (name) => {
    const write = WRITERS[String(name)];
    if (write === undefined) throw new Error(`no writer ${name}`);
    return write(useExposureContext().res, note);
  });
}
