import { AddonMissing, loadAddon } from './binding';
import { runnerVersion } from './exposure/runner';
import { TunnelServer } from './server';
import { hostTarget } from './target';

/** What a check has found: in some words or lines, and what to do if it is not as it should be. */
interface Finding {
  readonly says: string | readonly string[];
  readonly advice?: string;
}

const { version, napi } = require('../package.json') as { version: string; napi: { nodeApiVersion: number } };

/** Prints what the native server needs, what of it is there, and what to do; whether all is well. */
export async function doctor(print: (line: string) => void): Promise<boolean> {
  print(`@bluelibs/runner-native ${version}\n`);
  const advice: string[] = [];
  for (const [name, check] of CHECKS) {
    const finding = await check();
    const [first, ...more] = [finding.says].flat();
    print(`  ${name.padEnd(WIDTH)}${first}`);
    for (const line of more) print(`  ${' '.repeat(WIDTH)}${line}`);
    if (finding.advice !== undefined) advice.push(`${name}: ${finding.advice}`);
  }
  print(advice.length === 0 ? '\nAll is well.' : `\nWhat to do:\n  ${advice.join('\n  ')}`);
  return advice.length === 0;
}

const CHECKS: [string, () => Finding | Promise<Finding>][] = [
  ['platform', platform],
  ['Node', node],
  ['addon', addon],
  ['server', server],
  ['Runner', runner],
  ['RUNNER_NATIVE', choice],
];
const WIDTH = 15;

function platform(): Finding {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  const glibc = report?.header?.glibcVersionRuntime;
  return { says: glibc === undefined ? hostTarget() : `${hostTarget()}, glibc ${glibc}` };
}

function node(): Finding {
  const { node, napi: api } = process.versions;
  const says = `${node}, Node-API ${api ?? 'unknown'}`;
  const isOld = Number(node.split('.', 1)[0]) < 18 || Number(api) < napi.nodeApiVersion;
  return isOld
    ? { says, advice: `install Node 18 or newer, with Node-API ${napi.nodeApiVersion}` }
    : { says };
}

function addon(): Finding {
  try {
    return { says: loadAddon().place };
  } catch (error) {
    const { attempts, wayOut } = error as AddonMissing;
    return {
      says: ['none', ...attempts.map(({ place, failure }) => `${place}: ${failure}`)],
      advice: wayOut,
    };
  }
}

/** Whether a server really listens, and answers a call. */
async function server(): Promise<Finding> {
  let server: TunnelServer;
  try {
    server = new TunnelServer({ port: 0 });
  } catch (error) {
    if (error instanceof AddonMissing) return { says: 'not tried without the addon' };
    throw error;
  }
  try {
    server.registerTask('doctor', (input) => input);
    const { address, port } = await server.listen();
    const url = `http://${address}:${port}/__runner/task/doctor`;
    const body = '{"input":"well"}';
    const signal = AbortSignal.timeout(5_000);
    const answer = await fetch(url, { method: 'POST', body, signal });
    const { result } = (await answer.json()) as { result?: unknown };
    if (result !== 'well') throw new Error(`answered ${answer.status} and ${JSON.stringify(result)}`);
    return { says: `listens on ${address}:${port}, and answers` };
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? `${message} (${cause.message})` : message;
    return {
      says: why,
      advice: 'see that nothing forbids this process to listen on 127.0.0.1 and to call it',
    };
  } finally {
    await server.close({ graceMs: 0 });
  }
}

function runner(): Finding {
  try {
    return { says: runnerVersion() };
  } catch (error) {
    const { message, cause } = error as Error;
    // `TunnelServer` needs none.
    if (cause !== undefined) return { says: 'not installed; nativeExposure needs it, TunnelServer does not' };
    return { says: 'another version', advice: message };
  }
}

function choice(): Finding {
  const { RUNNER_NATIVE: says = '' } = process.env;
  if (says === '') return { says: 'not set' };
  if (says === 'off') return { says: "off: nativeExposure is the Runner's own nodeExposure" };
  return says === 'require' ? { says } : { says, advice: 'set it to "require" or "off", or unset it' };
}
