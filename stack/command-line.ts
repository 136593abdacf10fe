import { parseArgs } from 'node:util';
import { ROLES, SettingError, type Role } from './config';

/** What may follow `npm start --`. */
export interface CommandLine {
  role: Role;
}

/** @throws SettingError that names the option */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { role } = optionsOf(args);
  const known = ROLES.find((name) => name === role);
  if (known === undefined) throw new SettingError('--role', `"${role}" is none of: ${ROLES.join(', ')}`);
  return { role: known };
}

function optionsOf(args: readonly string[]): { role: string } {
  try {
    return parseArgs({ args: [...args], options: { role: { type: 'string', default: 'all' } } }).values;
  } catch (error) {
    throw new SettingError('npm start', (error as Error).message);
  }
}
