import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../process/run';
import { SettingError } from '../setting-error';
import type { DatabaseProgram } from './program';
import { t } from '../texts/texts.mjs';

/** Who may sign in at a database. */
export interface DatabaseLogin {
  user: string;
  password: string;
}

/** Says whose password a folder knows, as a hash. */
const MARK = 'secured-for';

/**
 * Makes the user of a database that does not run, or gives it its new password; done once.
 * @param dir of the database, above its data
 * @throws SettingError for a server of another kind than the one that is brought along
 */
export async function ensureUser(dir: string, program: DatabaseProgram, login: DatabaseLogin): Promise<void> {
  if (program.kind !== 'secantusd-py') {
    throw new SettingError('--secure', t('data.no-users', { dir, kind: program.name }));
  }
  const mark = path.join(dir, MARK);
  const hash = createHash('sha256')
    .update(JSON.stringify([login.user, login.password]))
    .digest('hex');
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === hash) return;
  await run(program.command, [path.join(__dirname, 'make_user.py'), path.join(dir, 'data')], {
    cwd: dir,
    env: { DATABASE_USER: login.user, DATABASE_PASSWORD: login.password },
  });
  await writeFile(mark, hash, { mode: 0o600 });
}

/** @returns the address with user and password, which have no letter that would need an escape */
export function signedIn(uri: string, { user, password }: DatabaseLogin): string {
  return `${uri.replace('://', `://${user}:${password}@`)}/?authSource=admin`;
}
