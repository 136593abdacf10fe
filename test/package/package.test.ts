import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DIALOGS } from '../../tools/dialog-bundle.mjs';
import { ROOT } from '../../stack/paths';
import { describeAtHome, TYPES } from './support/at-home';
import { packTarball, type Tarball } from './support/tarball';
import { OLDEST } from './support/versions';

interface Manifest {
  license: string;
  keywords: string[];
  'node-red': { version: string };
  engines: { node: string };
  dependencies: Record<string, string>;
}

describe('the package', () => {
  let dir: string;
  let tarball: Tarball;

  before(async function () {
    this.timeout(300_000);
    dir = await mkdtemp(path.join(os.tmpdir(), 'test-package-'));
    tarball = await packTarball(dir);
  });

  after(() => rm(dir, { recursive: true, force: true }));

  it('holds for every node its program, its dialog, and texts and help in both languages', () => {
    const files = new Set(tarball.files.map((file) => file.path));
    for (const type of TYPES) {
      const folder = `dist/nodes/${type}`;
      const texts = ['en-US', 'es'].flatMap((language) =>
        ['json', 'html'].map((extension) => `${folder}/locales/${language}/${type}.${extension}`),
      );
      for (const file of [`${folder}/${type}.js`, `${folder}/${type}.html`, ...texts])
        assert.ok(files.has(file), `no ${file}`);
    }
    assert.ok(files.has('dist/nodes/topic-catalog/page.js'), 'no page for the dashboard');
  });

  it('holds all examples, and what else people read', async () => {
    const files = tarball.files.map((file) => file.path);
    const examples = (await readdir(path.join(ROOT, 'examples'))).map((name) => `examples/${name}`);
    const others = files.filter((file) => !file.startsWith('dist/')).sort();
    assert.deepEqual(
      others,
      [
        ...examples,
        ...DIALOGS.map((type) => `resources/${type}.js`),
        'resources/dialogs.css',
        'resources/troubleshooting.es.html',
        'resources/troubleshooting.html',
        'CHANGELOG.md',
        'LICENSE',
        'README.es.md',
        'README.md',
        'THIRD-PARTY-NOTICES.txt',
        'package.json',
      ].sort(),
    );
  });

  it('holds nothing that only the build or the tests need', () => {
    const strangers = tarball.files.filter(
      ({ path: file }) => file.startsWith('dist/') && !/^dist\/nodes\/.+\.(js|html|json)$/.test(file),
    );
    assert.deepEqual(strangers, []);
  });

  it('brings its own kafkajs, which it changes, and no other dependency', () => {
    const brought = new Set(tarball.bundled.map(({ path: file }) => file.split('/')[1]));
    assert.deepEqual([...brought], ['kafkajs']);
  });

  it('is smaller than 2.5 MB, of which 150 kB read the schemas of a registry', () => {
    assert.ok(tarball.unpackedSize < 2_500_000, `${tarball.unpackedSize} bytes`);
  });

  it('says of itself what the scorecard of the Node-RED library asks for', async () => {
    const manifest = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;
    assert.equal(manifest.license, 'Apache-2.0');
    assert.ok(manifest.keywords.includes('node-red'));
    assert.equal(manifest['node-red'].version, `>=${OLDEST.nodeRed}`);
    assert.equal(manifest.engines.node, `>=${OLDEST.node}`);
    assert.ok(Object.keys(manifest.dependencies).length <= 6, 'six dependencies or fewer');
  });

  it('needs no compiler where people run it: what is not JavaScript comes built', async () => {
    for (const name of ['classic-level', '@serialport/bindings-cpp']) {
      const prebuilt = await readdir(path.join(ROOT, 'node_modules', name, 'prebuilds'));
      for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'])
        assert.ok(
          prebuilt.some((folder) => coversPlatform(folder, platform)),
          `${name}: ${prebuilt.join(', ')}`,
        );
    }
  });

  describeAtHome(OLDEST, () => tarball.file);
});

/** Apple's builds may be for several processors: darwin-x64+arm64. */
function coversPlatform(folder: string, platform: string): boolean {
  const [system, processors = ''] = folder.split('-');
  const [wantedSystem, wantedProcessor = ''] = platform.split('-');
  return system === wantedSystem && processors.split('+').includes(wantedProcessor);
}
