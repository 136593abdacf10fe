import path from 'node:path';
import { UserError } from '../shared/user-error';

/** Who reads which device in this process: two readers would each get a part of the bytes. */
const claims = new Map<string, { owner: object; label: string }>();

/**
 * Takes a device for one node until it gives it back with releasePort.
 * @param label how errors of other nodes name this one
 * @throws UserError when another node has it
 */
export function claimPort(device: string, owner: object, label: string): void {
  const key = keyOf(device);
  const claim = claims.get(key);
  if (claim && claim.owner !== owner) {
    throw new UserError('serial-json-in.errors.path-taken', { path: device, node: claim.label });
  }
  claims.set(key, { owner, label });
}

/** Gives a device back; nothing happens when this node does not have it. */
export function releasePort(device: string, owner: object): void {
  const key = keyOf(device);
  if (claims.get(key)?.owner === owner) claims.delete(key);
}

/** Windows knows COM3, com3 and \\.\COM3 as one device. */
function keyOf(device: string): string {
  if (process.platform === 'win32') return device.replace(/^\\\\[.?]\\/, '').toUpperCase();
  return path.resolve(device);
}
