// What is published: the main package, and one package with a binary for each platform.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { npm, output, root } from './steps.mjs';
import { addonFile, targets } from './targets.mjs';

const source = join(root, 'runner-native');
const out = join(root, 'dist-packages');

const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
const { version, license, repository, engines, publishConfig } = manifest;
const platformName = ({ name }) => `${manifest.name}-${name}`;

/**
 * Packs the main package from what is compiled. The platforms' packages stand in its dependencies here only: `npm ci` of a
 * clone would look for them in the registry, where a version is not before it is released. What is packed is not private.
 */
export function packMain() {
  const { private: _, scripts, devDependencies, ...published } = manifest;
  const optionalDependencies = Object.fromEntries(targets().map((one) => [platformName(one), version]));
  const folder = stage('runner-native', { ...published, optionalDependencies });
  cpSync(join(source, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(source, 'README.md'), join(folder, 'README.md'));
  return pack(folder);
}

/** Packs the package of one platform: its binary, as built. npm installs it where `os`, `cpu` and `libc` fit. */
export function packPlatform(target) {
  const { name, os, cpu, libc, triple } = target;
  const addon = addonFile(target);
  if (!existsSync(addon)) {
    console.error(`${relative(root, addon)} is missing: node scripts/addon.mjs --target ${triple}`);
    process.exit(1);
  }
  const binary = `runner-native.${name}.node`;
  const fields = {
    name: platformName(target),
    version,
    description: `The binary of ${manifest.name} for ${triple}.`,
    license,
    repository,
    type: 'commonjs',
    main: binary,
    files: [binary],
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    engines,
    publishConfig,
  };
  const folder = stage(`runner-native-${name}`, fields);
  cpSync(addon, join(folder, binary));
  const readme = `# ${fields.name}\n\n${fields.description} Install \`${manifest.name}\`.\n`;
  writeFileSync(join(folder, 'README.md'), readme);
  return pack(folder);
}

/** What a release consists of, in the order in which it is published: the main package last, when all that it needs is there. */
export function release() {
  const names = [...targets().map(platformName), manifest.name];
  return names.map((name) => {
    const file = join(out, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    return { name, version, file };
  });
}

/** A new folder with the manifest and the licence. */
function stage(name, fields) {
  const folder = join(out, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(fields, null, 2)}\n`);
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  return folder;
}

/**
 * @typedef {object} Packed
 * @property {string} file the tarball
 * @property {{ path: string, size: number }[]} files what is in it
 * @property {number} size of the tarball, in bytes
 * @property {number} unpackedSize
 */

/** @returns {Packed} */
function pack(folder) {
  const [packed] = JSON.parse(output(npm, ['pack', '--json', '--pack-destination', out], { cwd: folder }));
  const surplus = packed.files.filter(({ path }) => /\.(test\.|map$|tsbuildinfo$)/.test(path));
  if (surplus.length > 0) {
    console.error(`Nobody needs ${surplus.map(({ path }) => path).join(', ')}.`);
    process.exit(1);
  }
  return { ...packed, file: join(out, packed.filename) };
}
