import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** A serial device, and what its maker has written into it. */
export interface Device {
  path: string;
  manufacturer?: string;
  serialNumber?: string;
}

/** USB modems (Arduino UNO), USB adapters, ports of a board's own processor (Raspberry Pi, Jetson), and ports of a PC. */
const NAMES = /^tty(ACM|USB|AMA|THS|S)\d+$/;

/** The folders of a USB interface lie this far below that of the device, which has the maker's name. */
const LEVELS = 3;

/**
 * Linux's serial devices without udev: the device files, and what sysfs tells of them, which a container may not have.
 * @param root "/", or a folder that stands in for it
 */
export async function devicesOf(root: string): Promise<Device[]> {
  const names = (await entries(path.join(root, 'dev'))).filter((name) => NAMES.test(name)).sort(byNumber);
  const found = await Promise.all(names.map((name) => deviceOf(root, name)));
  return found.filter((device) => device !== undefined);
}

/** @returns undefined for a name without a port: Linux makes ttyS0 to ttyS3 whether there is one or not */
async function deviceOf(root: string, name: string): Promise<Device | undefined> {
  const file = path.join(root, 'dev', name);
  const known = path.join(root, 'sys', 'class', 'tty', name);
  if (!(await isDevice(file)) || (await text(path.join(known, 'type'))) === '0') return undefined;
  return { path: file, ...(await makerOf(path.join(known, 'device'))) };
}

async function makerOf(link: string): Promise<Omit<Device, 'path'>> {
  let folder = await realpath(link).catch(() => undefined);
  for (let level = 0; folder !== undefined && level < LEVELS; level++, folder = path.dirname(folder)) {
    const manufacturer = await text(path.join(folder, 'manufacturer'));
    const serialNumber = await text(path.join(folder, 'serial'));
    if (!manufacturer && !serialNumber) continue;
    return { ...(manufacturer ? { manufacturer } : {}), ...(serialNumber ? { serialNumber } : {}) };
  }
  return {};
}

async function isDevice(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isCharacterDevice(),
    // Unplugged meanwhile, or a link to nothing.
    () => false,
  );
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** @returns what a file of sysfs says; undefined where it is not there or is not to be read */
async function text(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').then(
    (content) => content.trim(),
    () => undefined,
  );
}

/** ttyUSB2 before ttyUSB10. */
function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
