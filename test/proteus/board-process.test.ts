import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SerialPort } from 'serialport';
import { until } from '../support/until';
import { BoardProcess, MAIN } from './board';

/** A serial port of the serialport package, and all that has come in on it. */
class OpenPort {
  received = '';
  private constructor(private readonly port: SerialPort) {
    port.on('data', (data: Buffer) => (this.received += data.toString('latin1')));
  }

  static async open(link: string): Promise<OpenPort> {
    return new Promise((resolve, reject) => {
      const port: SerialPort = new SerialPort({ path: link, baudRate: 9600 }, (error) =>
        error ? reject(error) : resolve(new OpenPort(port)),
      );
    });
  }

  async sees(what: RegExp): Promise<string> {
    return until(`${what} from the board; so far: ${this.received}`, () => what.exec(this.received)?.[0]);
  }

  async close(): Promise<void> {
    if (!this.port.isOpen) return;
    await new Promise<void>((resolve, reject) => {
      this.port.close((error) => (error ? reject(error) : resolve()));
    });
  }
}

describe('npm run board', () => {
  let folder: string;
  let link: string;
  let board: BoardProcess | undefined;
  let port: OpenPort | undefined;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'board-'));
    link = path.join(folder, 'tty');
  });

  afterEach(async () => {
    await port?.close();
    port = undefined;
    await board?.stop('SIGKILL');
    board = undefined;
    rmSync(folder, { recursive: true });
  });

  function start(...args: string[]): BoardProcess {
    board = new BoardProcess(...args);
    return board;
  }

  it('prints where the serial line is, and a serial port program reads the known line there', async () => {
    const ready = await start(
      '--link',
      link,
      '--humedad',
      '60',
      '--temperatura',
      '26',
      '--a1',
      '2.0',
    ).ready();
    assert.equal(ready, `${link} -> ${readlinkSync(link)}`);
    port = await OpenPort.open(link);
    await port.sees(
      /^{"nodo":"comuna_15","humedad":60,"temperatura":26,"sensacion":26.92732,"radiacion":1997.07}\r\n/,
    );
  });

  it('runs at real time: the lines are 3.06 s apart', async () => {
    await start('--link', link).ready();
    port = await OpenPort.open(link);
    await port.sees(/\n/);
    const first = performance.now();
    await port.sees(/\n[^]*\n/);
    const apart = (performance.now() - first) / 1000;
    assert.ok(Math.abs(apart - 3.06) < 0.3, `${apart} s`);
  });

  it('takes new values while it runs, from its scenario file', async () => {
    const scenario = path.join(folder, 'scenario');
    writeFileSync(scenario, 'humedad=61\n');
    await start('--link', link, '--scenario', scenario).ready();
    port = await OpenPort.open(link);
    await port.sees(/"humedad":61,/);
    writeFileSync(scenario, 'humedad=62 dht=on\n');
    await port.sees(/"humedad":62,/);
  });

  it('says what is wrong with a changed scenario, and goes on with the old one', async () => {
    const scenario = path.join(folder, 'scenario');
    writeFileSync(scenario, 'humedad=61\n');
    const running = start('--link', link, '--scenario', scenario);
    await running.ready();
    writeFileSync(scenario, '# wet\nhumedad=161\n');
    await until('the complaint', () => running.stderr !== '');
    assert.equal(running.stderr, `board: ${scenario}:2: humedad must be a number from 0 to 100, not "161"\n`);
    port = await OpenPort.open(link);
    await port.sees(/"humedad":61,/);
  });

  it('is still there after its reader closed the port and opened it again', async () => {
    await start('--link', link).ready();
    for (let i = 0; i < 2; i++) {
      port = await OpenPort.open(link);
      await port.sees(/"radiacion":1997.07}\r\n/);
      await port.close();
    }
    port = undefined;
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends on ${signal} with exit code 0 and takes its link away`, async () => {
      const running = start('--link', link);
      await running.ready();
      assert.ok(lstatSync(link).isSymbolicLink());
      assert.equal(await running.stop(signal), 0);
      assert.equal(existsSync(link), false);
      assert.throws(() => lstatSync(link), { code: 'ENOENT' });
    });
  }

  it('ends on SIGTERM also while a program has the port open', async () => {
    const running = start('--link', link);
    await running.ready();
    port = await OpenPort.open(link);
    assert.equal(await running.stop(), 0);
  });

  it('ends when the process that started it is gone', async () => {
    const shell = spawn(
      'sh',
      ['-c', '"$0" --import tsx "$1" --link "$2"; exit', process.execPath, MAIN, link],
      {
        stdio: 'ignore',
      },
    );
    await until('the link', () => existsSync(link));
    shell.kill('SIGKILL');
    await until('the end of the board', () => !existsSync(link));
  });

  it('replaces the link of a board that was killed', async () => {
    const killed = start('--link', link);
    await killed.ready();
    assert.equal(await killed.stop('SIGKILL'), 'SIGKILL');
    assert.ok(lstatSync(link).isSymbolicLink());
    await start('--link', link).ready();
    port = await OpenPort.open(link);
    await port.sees(/comuna_15/);
  });

  it('refuses to put its link in the place of a file', async () => {
    writeFileSync(link, 'mine');
    const refused = start('--link', link);
    assert.equal(await refused.ended(), 1);
    assert.equal(
      refused.stderr,
      `board: ${link} exists and is not a link to a terminal; it was left as it is\n`,
    );
    assert.equal(readFileSync(link, 'utf8'), 'mine');
  });

  it('prints the lines instead with --stdout, and ends after --seconds', async () => {
    const running = start('--link', link, '--stdout', '--seconds', '1.5', '--dht', 'off');
    assert.equal(await running.ended(), 0);
    assert.match(running.stdout, /^Error\r\n{"nodo":"comuna_15","humedad":null,.*}\r\n$/);
    assert.equal(running.stderr, 'board ready: standard output\n');
    assert.equal(existsSync(link), false);
  });

  it('names the file and the reason when the program cannot be loaded', async () => {
    const hex = path.join(folder, 'broken.hex');
    writeFileSync(hex, ':0100000000FF\n:00000001FE\n');
    const refused = start('--stdout', '--hex', hex);
    assert.equal(await refused.ended(), 1);
    assert.equal(refused.stderr, `board: cannot load the program ${hex}: line 2: wrong checksum\n`);
  });

  it('runs a fleet, each board under its own name, and the same again for the same seed', async () => {
    const run = async (seed: string): Promise<string> => {
      const line = `--stdout --fleet 3 --speed max --seconds 4.5 --drop 0.001 --seed ${seed}`;
      board = new BoardProcess(...line.split(' '));
      assert.equal(await board.ended(), 0, board.stderr);
      return board.stdout;
    };
    const output = await run('7');
    const names = [...output.matchAll(/"nodo":"(\w+)","humedad":[\d.]+/g)].map(([, name]) => name);
    assert.deepEqual(new Set(names), new Set(['comuna_1', 'comuna_2', 'comuna_3']));
    assert.equal(await run('7'), output);
    assert.notEqual(await run('8'), output);
  });
});
