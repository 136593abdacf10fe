import assert from 'node:assert/strict';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readlinkSync,
  readSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { codeOf } from '../../proteus/bench/errors';
import { ptyOutlet, type Outlet } from '../../proteus/bench/outlet';
import { until } from '../support/until';

const LINE = Buffer.from('{"nodo":"comuna_15"}\r\n');

/** Opens the far end as a plain program would, setting nothing. */
function open(link: string): number {
  return openSync(link, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
}

/** All bytes there are right now, as text. */
function read(reader: number): string {
  const buffer = Buffer.alloc(65536);
  try {
    return buffer.toString('latin1', 0, readSync(reader, buffer, 0, buffer.length, null));
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return '';
    throw error;
  }
}

describe("the board's pseudo-terminal", () => {
  let folder: string;
  let link: string;
  let outlet: Outlet;
  const readers: number[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'pty-'));
    link = path.join(folder, 'tty');
    outlet = ptyOutlet(link);
  });

  afterEach(() => {
    readers.splice(0).forEach(closeSync);
    outlet.close();
    rmSync(folder, { recursive: true });
  });

  function reader(): number {
    const opened = open(link);
    readers.push(opened);
    return opened;
  }

  it('passes CR LF and every byte unchanged to a program that sets nothing, and echoes nothing', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const opened = reader();
    assert.deepEqual(Buffer.from(outlet.exchange(all)), Buffer.alloc(0));
    let got = '';
    await until('256 bytes', () => (got += read(opened)).length >= 256);
    assert.deepEqual(Buffer.from(got, 'latin1'), all);
    assert.equal(outlet.exchange(new Uint8Array()).length, 0);
  });

  it('hands what the program writes to the board', async () => {
    writeSync(reader(), 'hola\r\n');
    const got = await until('bytes for the board', () => {
      const bytes = outlet.exchange(new Uint8Array());
      return bytes.length > 0 && Buffer.from(bytes).toString();
    });
    assert.equal(got, 'hola\r\n');
  });

  it('loses what is sent while nobody reads, so that a new reader gets no old line', async () => {
    for (let i = 0; i < 100; i++) outlet.exchange(Buffer.from('old\r\n'));
    const first = reader();
    outlet.exchange(LINE);
    assert.equal(await until('the line', () => read(first)), LINE.toString());
    closeSync(readers.pop() ?? assert.fail());
    for (let i = 0; i < 100; i++) outlet.exchange(Buffer.from('old\r\n'));
    const second = reader();
    outlet.exchange(LINE);
    assert.equal(await until('the line', () => read(second)), LINE.toString());
  });

  it('does not wait for a reader that does not read, and goes on when it does', async () => {
    const slow = reader();
    const before = performance.now();
    for (let i = 0; i < 5000; i++) outlet.exchange(LINE);
    assert.ok(performance.now() - before < 2000, 'writing does not block');
    const kept = read(slow).length;
    assert.ok(kept > 0 && kept < 5000 * LINE.length);
    await until('room for a new line', () => {
      read(slow);
      outlet.exchange(Buffer.from('fresh\r\n'));
      return read(slow).includes('fresh\r\n');
    });
  });

  it('leaves a link alone that meanwhile leads elsewhere', () => {
    rmSync(link);
    symlinkSync('/dev/pts/another', link);
    const second = ptyOutlet(path.join(folder, 'second'));
    outlet.close();
    assert.equal(readlinkSync(link), '/dev/pts/another');
    outlet = second;
  });
});
