import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const PARTS = ['.ci', 'bench', 'proteus', 'stack', 'test', 'tools'];

describe('what is fetched from registries', () => {
  it('is Python packages with the checksums of all their wheels only', () => {
    const lists = ownFiles().filter((file) => path.basename(file) === 'requirements.txt');
    assert.ok(lists.length >= 4);
    for (const file of lists) {
      // A requirement and its checksums are one line that goes on after each backslash.
      const requirements = read(file)
        .replace(/\\\n/g, ' ')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
      for (const requirement of requirements)
        assert.match(requirement, /^[\w.-]+==\S+ .*--hash=sha256:[\da-f]{64}/, file);
    }
  });

  it('is installed by pip in one place, which asks for the checksums', () => {
    const callers = ownFiles()
      .filter((file) => /\.(m?ts|m?js|sh)$/.test(file) || file === '.ci/run')
      .filter((file) => /'pip',\s*'install'|\bpip3? install\b/.test(read(file)));
    assert.deepEqual(
      callers.filter((file) => !file.startsWith('test/')),
      ['stack/python-packages.ts'],
    );
  });

  it('is the database that the program runs, and Kafka with a checksum of each jar', () => {
    const [, version = ''] = /SECANTUS_VERSION = '(.+)'/.exec(read('stack/database/program.ts')) ?? [];
    assert.ok(read('stack/database/requirements.txt').includes(`secantusdb==${version} `));
    const kafkas = [
      ...read('stack/kafka/jars.ts').matchAll(/version:.*'([\d.]+)'/g),
      ...read('package.json').matchAll(/KAFKA_VERSION=([\d.]+)/g),
    ];
    assert.equal(kafkas.length, 3);
    for (const [, kafka] of kafkas) {
      assert.ok(existsSync(path.join(ROOT, `stack/kafka/checksums/${kafka}.txt`)), kafka);
    }
  });
});

function ownFiles(): string[] {
  return PARTS.flatMap((part) =>
    readdirSync(path.join(ROOT, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name))),
  );
}

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
