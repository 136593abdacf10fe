import { statSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../shared/user-error';

interface Claim {
  /** how the node names the device */
  device: string;
  label: string;
  /** the path, as the system compares paths */
  path: string;
  /** the device behind it, the same for all of its names; undefined where it is not there, or has no number */
  number: number | undefined;
}

/** Who reads which device in this process: two readers would each get a part of the bytes. */
const claims = new Map<object, Claim>();

/**
 * Takes a device for one node until it gives it back with releasePort; by any of its names, as /dev/ttyACM0 and a link
 * under /dev/serial/by-id. To be called before each opening, since another device may have come under the name.
 * @param label how errors of other nodes name this one
 * @throws UserError when another node has it
 */
export function claimPort(device: string, owner: object, label: string): void {
  const claim = { device, label, path: comparable(device), number: numberOf(device) };
  for (const [other, its] of claims) {
    if (other === owner) continue;
    if (its.path === claim.path) {
      throw new UserError('serial-json-in.errors.path-taken', { path: device, node: its.label });
    }
    if (claim.number !== undefined && its.number === claim.number) {
      const params = { path: device, node: its.label, other: its.device };
      throw new UserError('serial-json-in.errors.device-taken', params);
    }
  }
  claims.set(owner, claim);
}

/** Gives a device back; nothing happens when this node does not have it. */
export function releasePort(owner: object): void {
  claims.delete(owner);
}

/** @returns whether an error says that another node has the device */
export function isTaken(error: Error): boolean {
  return error instanceof UserError && /\.(?:path|device)-taken$/.test(error.key);
}

/** Windows knows COM3, com3 and \\.\COM3 as one device. */
function comparable(device: string): string {
  if (process.platform === 'win32') return device.replace(/^\\\\[.?]\\/, '').toUpperCase();
  return path.resolve(device);
}

function numberOf(device: string): number | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    const stats = statSync(device, { throwIfNoEntry: false });
    return stats?.isCharacterDevice() ? stats.rdev : undefined;
  } catch {
    // It cannot be looked at: opening it says why.
    return undefined;
  }
}
