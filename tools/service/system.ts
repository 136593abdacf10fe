import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import type { SystemUser } from './steps';

/** @returns a user of this system, by `id` */
export function findUser(name: string): SystemUser | undefined {
  const [uid, gid] = ['-u', '-g'].map((what) => {
    const { status, stdout } = spawnSync('id', [what, '--', name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : undefined;
  });
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** @returns the name of a file's owner, or its number where it has none */
export function ownerOf(file: string): string {
  const { uid } = statSync(file);
  return execFileSync('id', ['-un', '--', String(uid)], { encoding: 'utf8' }).trim();
}

/** Groups that own serial devices: on Debian and Fedora, and on Arch. */
const SERIAL_GROUPS = ['dialout', 'uucp'];

/** @returns those of this system that may open serial devices */
export function serialGroups(): string[] {
  const names = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .map((line) => line.split(':')[0]);
  return SERIAL_GROUPS.filter((group) => names.includes(group));
}

/** @returns what `systemd-analyze verify` says of a unit's file; undefined where the program is missing; empty: nothing is wrong */
export function complaintsOf(file: string): string | undefined {
  const { error, stderr, stdout } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
    encoding: 'utf8',
  });
  if (error) return undefined;
  // It looks at the units that this one names as well, and says what is wrong with those of the system.
  return `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line.includes(file) || line.includes(file.slice(file.lastIndexOf('/') + 1)))
    .join('\n');
}
