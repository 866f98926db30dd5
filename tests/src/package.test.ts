import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import * as required from '@bluelibs/runner-native';
import * as worker from '@bluelibs/runner-native/worker';
import { runChild } from './harness/child';
import { it } from './harness/it';

const ROOT = join(__dirname, '../..');

/** The rows of the table of codes: code, status, message. */
function documented(): [string, number, string][] {
  const page = readFileSync(join(ROOT, 'docs/LIFECYCLE.md'), 'utf8');
  return [...page.matchAll(/^\| *`([A-Z_]+)` *\| *(\d{3}) *\| *`([^`]*)` *\|/gm)].map(
    ([, code, status, message]) => [code ?? '', Number(status), message ?? ''],
  );
}

describe('the package', () => {
  it('gives the same classes to require and to import', async () => {
    const imported = await import('@bluelibs/runner-native');
    assert.equal(imported.TunnelServer, required.TunnelServer);
    assert.equal(imported.TunnelError, required.TunnelError);
    assert.equal(imported.ERROR_CODES, required.ERROR_CODES);
    assert.equal(imported.nativeExposure, required.nativeExposure);
    assert.equal(imported.nodeExposure, required.nodeExposure);
    assert.equal(imported.exposureOverride, required.exposureOverride);
    const names = Object.keys(imported).filter((name) => name !== 'default' && name !== 'module.exports');
    assert.deepEqual(names.sort(), Object.keys(required).sort());
  });

  it('is imported by name from an ES module', async () => {
    const { code, stdout, stderr } = await runChild('imports');
    assert.equal(stderr, '');
    assert.equal(stdout, '{"sum":3,"sameServer":true,"sameError":true,"sameWorker":true}\n');
    assert.equal(code, 0);
  });

  it('exports what is public and nothing else', () => {
    assert.deepEqual(Object.keys(required).sort(), [
      'ERROR_CODES',
      'InputFile',
      'TunnelError',
      'TunnelServer',
      'exposureOverride',
      'nativeExposure',
      'nodeExposure',
    ]);
    assert.deepEqual(Object.keys(worker), ['serveWorker']);
    for (const inner of ['dist/server.js', 'dist/index.js', 'native/runner-native.node']) {
      assert.throws(() => require.resolve(`@bluelibs/runner-native/${inner}`), {
        code: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
      });
    }
  });

  it('documents its error codes in their order', () => {
    const codes = Object.entries(required.ERROR_CODES).map(([code, [status, message]]) => [
      code,
      status,
      message,
    ]);
    assert.ok(codes.length > 10);
    assert.deepEqual(documented(), codes);
  });

  it('says what is missing when a worker was not started by the front', async () => {
    await assert.rejects(
      worker.serveWorker(() => {}),
      /RUNNER_TUNNEL_SOCKET is not set.*rust-tunnel serve/,
    );
  });
});
