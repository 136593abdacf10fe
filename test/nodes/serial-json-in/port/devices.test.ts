import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SerialPort } from 'serialport';
import { devicesOf } from '../../../../nodes/serial-json-in/port/devices';
import { listPorts } from '../../../../nodes/serial-json-in/port/list-ports';
import { withTempDir } from '../../../support/temp-dir';

describe('the serial ports of a Linux without udev', () => {
  it('are the device files of real ports, with the maker that sysfs tells', async () => {
    await withTempDir(async (root) => {
      const dev = path.join(root, 'dev');
      await mkdir(dev);
      // Any character device will do.
      const plug = (name: string) => symlink('/dev/null', path.join(dev, name));
      await Promise.all(['ttyACM0', 'ttyUSB10', 'ttyUSB2', 'ttyS0', 'ttyS1', 'tty1', 'null'].map(plug));
      await writeFile(path.join(dev, 'ttyACM9'), 'a file that somebody wrote to an unplugged device');
      await symlink('/dev/none', path.join(dev, 'ttyACM8'));
      // As the kernel lays out an Arduino UNO and an adapter.
      const uno = await sysfs(root, 'ttyACM0', 'usb1/1-1/1-1:1.0');
      await tell(path.dirname(uno), { manufacturer: 'Arduino (www.arduino.cc)\n', serial: '75833353035\n' });
      const adapter = await sysfs(root, 'ttyUSB2', 'usb1/1-2/1-2:1.0/ttyUSB2');
      await tell(path.dirname(path.dirname(adapter)), { manufacturer: 'FTDI\n' });
      await tell(await sysfs(root, 'ttyS0', 'serial8250/ttyS0'), {});
      await tell(path.join(root, 'sys/class/tty/ttyS0'), { type: '4\n' });
      await sysfs(root, 'ttyS1', 'serial8250/ttyS1');
      await tell(path.join(root, 'sys/class/tty/ttyS1'), { type: '0\n' });

      const found = await devicesOf(root);
      assert.deepEqual(
        found.map((device) => ({ ...device, path: path.relative(dev, device.path) })),
        [
          { path: 'ttyACM0', manufacturer: 'Arduino (www.arduino.cc)', serialNumber: '75833353035' },
          { path: 'ttyS0' },
          { path: 'ttyUSB2', manufacturer: 'FTDI' },
          { path: 'ttyUSB10' },
        ],
      );
      assert.deepEqual(await devicesOf(path.join(root, 'nowhere')), []);
    });
  });

  it('are listed when udevadm is missing', async () => {
    const { list } = SerialPort;
    SerialPort.list = () => Promise.reject(new Error('spawn udevadm ENOENT'));
    try {
      assert.ok(Array.isArray(await listPorts()));
    } finally {
      SerialPort.list = list;
    }
  });
});

/** Makes the folder of a device's driver, to which the device's folder in /sys/class/tty has a link. */
async function sysfs(root: string, name: string, place: string): Promise<string> {
  const folder = path.join(root, 'sys/devices', place);
  const known = path.join(root, 'sys/class/tty', name);
  await mkdir(folder, { recursive: true });
  await mkdir(known, { recursive: true });
  await symlink(folder, path.join(known, 'device'));
  return folder;
}

async function tell(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
}
