import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SerialPort } from 'serialport';
import { PortConnection } from '../../../../nodes/serial-json-in/port/port-connection';
import { UserError } from '../../../../nodes/shared/user-error';
import { plugIn, type TestDevice } from '../../../support/pty';
import { skip } from '../../../support/skip';
import { until } from '../../../support/until';

const FORMAT = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 } as const;

const TIOCGEXCL = 0x80045440;

/** Asks the system (ioctl_tty(2)); `undefined` where it has no such question. */
function isExclusive(device: string): boolean | undefined {
  if (process.platform !== 'linux') return undefined;
  const ask = `
import errno, fcntl, os, struct, sys
try:
    terminal = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
    print(struct.unpack("i", fcntl.ioctl(terminal, ${TIOCGEXCL}, bytes(4)))[0])
except OSError as error:
    print("1" if error.errno == errno.EBUSY else error)`;
  const answer = execFileSync('python3', ['-I', '-c', ask, device], { encoding: 'utf8' }).trim();
  assert.match(answer, /^[01]$/);
  return answer === '1';
}

/** Whether this process opens what is exclusive (CAP_SYS_ADMIN): root does, unless it runs in a container. */
function isAdministrator(): boolean {
  const capabilities = /^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]!;
  return (BigInt(`0x${capabilities}`) & (1n << 21n)) !== 0n;
}

describe('PortConnection on a pseudo-terminal', () => {
  let directory: string;
  let link: string;
  let devices: TestDevice[];
  let connection: PortConnection;
  let received: string;
  let events: string[];
  let errors: string[];
  let onBytes: () => void;

  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'port-connection-'));
    link = path.join(directory, 'board');
    devices = [];
    received = '';
    events = [];
    errors = [];
    onBytes = () => undefined;
    const failed = (what: string, error: Error) => {
      events.push(what);
      errors.push(error instanceof UserError ? error.key.split('.')[2]! : error.message);
    };
    connection = new PortConnection(link, FORMAT, 'system', {
      beforeOpen: () => undefined,
      opened: () => events.push('opened'),
      bytes: (chunk) => {
        received += chunk.toString();
        onBytes();
      },
      lost: (error) => failed('lost', error),
      waiting: (error) => failed('waiting', error),
    });
  });

  afterEach(async () => {
    await connection.close();
    await Promise.all(devices.map((device) => device.unplug()));
    rmSync(directory, { recursive: true });
  });

  async function plug(): Promise<TestDevice> {
    const device = await plugIn(link);
    devices.push(device);
    return device;
  }

  const opened = (times = 1) =>
    until('the port to be opened', () => events.filter((event) => event === 'opened').length === times);

  it('opens a device by a symbolic link and gives its bytes', async () => {
    const device = await plug();
    connection.start();
    await opened();
    device.write('hello\r\n');
    await until('the bytes', () => received === 'hello\r\n');
  });

  it('waits for a device that is not there yet, and opens it within three seconds of its coming', async () => {
    connection.start();
    await until('a failed attempt', () => events.includes('waiting'));
    assert.equal(errors[0], 'device-missing');
    await plug();
    const since = Date.now();
    await opened();
    assert.ok(Date.now() - since < 3500);
  });

  it('comes back by itself after the device was pulled out and plugged in again', async () => {
    const device = await plug();
    connection.start();
    await opened();
    await device.unplug();
    await until('the loss to be told', () => events.includes('lost'));
    const again = await plug();
    await opened(2);
    again.write('back');
    await until('the bytes after the loss', () => received === 'back');
  });

  it('notices a hang-up in the middle of reading, without spinning', async () => {
    const device = await plug();
    connection.start();
    await opened();
    onBytes = () => execFileSync('sh', ['-c', `kill -9 ${device.holderPid}; rm ${link}; sleep 0.2`]);
    const before = process.cpuUsage();
    device.write('half a li');
    await until('the loss to be told', () => events.includes('lost'), 5000);
    await until('another attempt to open', () => errors.includes('device-missing'));
    const cpu = process.cpuUsage(before);
    assert.equal(received, 'half a li');
    assert.ok(cpu.user + cpu.system < 3_000_000, `${cpu.user + cpu.system} µs of CPU`);
  });

  it('follows the link to another device', async () => {
    await plug();
    connection.start();
    await opened();
    const second = await plug();
    await opened(2);
    second.write('from the second');
    await until('the bytes of the second device', () => received === 'from the second');
  });

  it('waits while another program has the device', async () => {
    const device = await plug();
    const other = new SerialPort({ path: device.device, baudRate: 9600 });
    await until('the other program to have it', () => other.isOpen);
    connection.start();
    await until('a failed attempt', () => events.includes('waiting'));
    assert.equal(errors[0], 'device-busy');
    await new Promise<void>((resolve) => other.close(() => resolve()));
    await opened();
  });

  it('has the device for itself while it is open, and shares it when it is closed', async function () {
    const device = await plug();
    if (isExclusive(device.device) === undefined) return skip(this, 'only Linux says what is exclusive');
    connection.start();
    await opened();
    // What a killed process leaves of it on a pseudo-terminal keeps out all but root.
    assert.equal(isExclusive(device.device), isAdministrator());
    await connection.close();
    assert.equal(isExclusive(device.device), false);
  });

  it('releases the device at once when it is closed, so that a board can be flashed', async () => {
    const device = await plug();
    connection.start();
    await opened();
    const since = Date.now();
    await connection.close();
    assert.ok(Date.now() - since < 500);
    const other = new SerialPort({ path: device.device, baudRate: 9600, autoOpen: false });
    await new Promise<void>((resolve, reject) => other.open((error) => (error ? reject(error) : resolve())));
    await new Promise<void>((resolve) => other.close(() => resolve()));
  });

  it('gives the device back even when it is closed while it opens', async () => {
    const device = await plug();
    connection.start();
    await connection.close();
    const other = new SerialPort({ path: device.device, baudRate: 9600, autoOpen: false });
    await new Promise<void>((resolve, reject) => other.open((error) => (error ? reject(error) : resolve())));
    await new Promise<void>((resolve) => other.close(() => resolve()));
    assert.deepEqual(events, []);
  });

  it('closes at once while it waits for a device', async () => {
    connection.start();
    await until('a failed attempt', () => events.includes('waiting'));
    const since = Date.now();
    await connection.close();
    assert.ok(Date.now() - since < 500);
  });
});
