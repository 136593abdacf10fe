import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { LogFile } from '../../../stack/process/log-file';
import { withTempDir } from '../../support/temp-dir';
import { until } from '../../support/until';

const MANY = 'x'.repeat(1024 * 1024);

/** Writes more than a log file takes before it is begun anew. */
function fill(log: LogFile): void {
  for (let i = 0; i < 6; i++) log.write(MANY);
}

async function holds(file: string, line: string): Promise<void> {
  await until(
    `${line} in ${path.basename(file)}`,
    () => existsSync(file) && readFileSync(file, 'utf8').includes(line),
  );
}

describe('a log file', () => {
  it('is set aside and begun anew when it is full', async () => {
    await withTempDir(async (dir) => {
      const file = path.join(dir, 'logs', 'x.log');
      const log = new LogFile(file);
      fill(log);
      log.write('the next');
      await holds(file, 'the next');
      assert.ok(statSync(file).size < 2 * 1024 * 1024);
      assert.ok(statSync(`${file}.1`).size > 5 * 1024 * 1024);
      log.close();
    });
  });

  for (const [what, remove] of [
    ['it', (dir: string) => rmSync(path.join(dir, 'logs', 'x.log'))],
    ['its whole folder', (dir: string) => rmSync(path.join(dir, 'logs'), { recursive: true })],
  ] as const) {
    it(`goes on where somebody has removed ${what} before it was full`, async () => {
      await withTempDir(async (dir) => {
        const file = path.join(dir, 'logs', 'x.log');
        const log = new LogFile(file);
        log.write('the first');
        await holds(file, 'the first');
        remove(dir);
        fill(log);
        log.write('the next');
        await holds(file, 'the next');
        log.close();
      });
    });
  }

  it('says once that it can be written no more, and is written again once it can be', async () => {
    await withTempDir(async (dir) => {
      const file = path.join(dir, 'logs', 'x.log');
      mkdirSync(path.dirname(file));
      // Nobody writes to a folder in the place of a file, not even root.
      mkdirSync(file);
      const warned = once(process, 'warning') as Promise<[Error]>;
      const log = new LogFile(file);
      assert.match((await warned)[0].message, /cannot write .*x\.log: EISDIR/);
      const more: Error[] = [];
      const hear = (warning: Error): number => more.push(warning);
      process.on('warning', hear);
      try {
        log.write('lost');
        rmSync(file, { recursive: true });
        await until('a line in the file', () => {
          log.write('again');
          return existsSync(file) && readFileSync(file, 'utf8').includes('again');
        });
      } finally {
        process.off('warning', hear);
        log.close();
      }
      assert.deepEqual(more, []);
    });
  });
});
