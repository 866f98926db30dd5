import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { Download } from './download';
import type { Outbox } from './outbox';

const KIB = 1024;
const PIECE = Buffer.alloc(64 * KIB);

describe('Download', () => {
  beforeEach(() => mock.method(performance, 'now', () => 1_000_000));
  afterEach(() => mock.restoreAll());

  /** An answer that has begun. */
  function begun(): Download {
    const outbox = { begin: () => {}, data: () => {}, break: () => {} };
    const download = new Download(outbox as unknown as Outbox, 7);
    download.begin(200, '');
    return download;
  }

  /** How many pieces it takes before a writer has to wait. */
  function room(download: Download): number {
    for (let pieces = 1; ; pieces += 1) {
      let isFree = false;
      download.write(PIECE, () => {
        isFree = true;
      });
      if (!isFree) return pieces;
    }
  }

  it('lets a writer wait while 256 KiB are on their way, until the client has taken some', () => {
    const download = begun();
    assert.equal(room(download), 4);
    let isFree = false;
    download.write(PIECE, () => {
      isFree = true;
    });
    download.taken(64 * KIB);
    assert.equal(isFree, false);
    download.taken(64 * KIB);
    assert.equal(isFree, true);
  });

  it('lets more be on its way only when more was taken than the buffers of the system hold', () => {
    const download = begun();
    for (let mib = 0; mib < 4; mib += 1) {
      for (let piece = 0; piece < 4; piece += 1) {
        assert.equal(room(download), 4, `after ${mib} MiB`);
        download.taken(256 * KIB);
      }
    }
    for (let piece = 0; piece < 12; piece += 1) {
      room(download);
      download.taken(256 * KIB);
    }
    assert.ok(room(download) > 4);
  });

  it('lets every writer go when nobody takes any more', () => {
    const download = begun();
    room(download);
    let isFree = false;
    download.write(PIECE, () => {
      isFree = true;
    });
    download.break();
    assert.ok(isFree && download.isOver);
  });
});
