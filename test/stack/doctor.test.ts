import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { readConfig } from '../../stack/config';
import { clock, examine } from '../../stack/doctor';
import { withTempDir } from '../support/temp-dir';

describe('npm run doctor', () => {
  const given = process.env.PATH;
  afterEach(() => (process.env.PATH = given));

  it('says what is missing, with what to do, and changes nothing', async () => {
    await withTempDir(async (dir) => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const port = String((server.address() as AddressInfo).port);
      process.env.PATH = dir;
      const device = path.join(dir, 'ttyACM0');
      const env = { PORT: port, DATA_DIR: path.join(dir, 'none', 'yet'), SERIAL_PATH: device };
      const notRight = async (): Promise<string[]> =>
        (await examine(readConfig(env))).flatMap(({ ok, text }) => (ok ? [] : [text]));
      const wrong = await notRight();
      server.close();
      assert.ok(wrong.some((line) => line.startsWith(`PORT ${port} is in use by`)));
      assert.ok(wrong.some((line) => /^no python3.* apt-get install python3-venv/.test(line)));
      assert.ok(wrong.includes(`SERIAL_PATH: ${device} is not there: is the board plugged in?`));
      await symlink('/dev/null', device);
      assert.ok(!(await notRight()).some((line) => line.startsWith('SERIAL_PATH')));
    });
  });

  it('knows a clock that must be wrong', () => {
    assert.equal(clock(Date.UTC(2030, 0), Date.UTC(2029, 0)).ok, true);
    const found = clock(0, Date.UTC(2029, 0));
    assert.equal(found.ok, false);
    assert.match(found.text, /^the clock says 1970-01-01T00:00:00.000Z, which is before this checkout/);
  });
});
