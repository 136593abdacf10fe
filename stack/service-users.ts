import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import path from 'node:path';
import { readOwn } from './data-dir-error';
import { SettingError } from './setting-error';
import { t } from './texts/texts.mjs';
import { writeWhole } from './write-whole';

/** Who may use the Kafka and the database that are started here, and with which passwords. */
export interface ServiceUsers {
  /** the name to sign in with, at both */
  user: string;
  kafka: string;
  database: string;
  /** of the key with which the brokers know each other */
  internal: string;
}

/** The user of the flows, and of whoever else is given the password. */
const USER = 'pipeline';
const FILE = 'service-passwords.json';
const OWNER_ONLY = 0o600;

/** @returns where the passwords of a data directory stand */
export function serviceUsersFile(dataDir: string): string {
  return path.join(dataDir, FILE);
}

/**
 * @returns what an earlier `npm start -- --secure` has made for a data directory; undefined where it asks for no password
 * @throws SettingError for a file that is not what was written
 */
export function readServiceUsers(dataDir: string): ServiceUsers | undefined {
  const file = serviceUsersFile(dataDir);
  if (!existsSync(file)) return undefined;
  const users = parse(readOwn(dataDir, file));
  if (users === undefined) {
    throw new SettingError('DATA_DIR', t('data.no-passwords', { file }));
  }
  return users;
}

/** @returns those of a data directory, made now where there are none; for the owner alone in any case */
export async function ensureServiceUsers(dataDir: string): Promise<ServiceUsers> {
  const file = serviceUsersFile(dataDir);
  const known = readServiceUsers(dataDir);
  if (known) {
    chmodSync(file, OWNER_ONLY);
    return known;
  }
  const users = { user: USER, kafka: newPassword(), database: newPassword(), internal: newPassword() };
  // What is made with these passwords can't be opened without them.
  await writeWhole(file, `${JSON.stringify(users, null, 2)}\n`);
  return users;
}

/** Of letters that need no escape in a URI, in a file of settings or in a shell. */
function newPassword(): string {
  return randomBytes(24).toString('hex');
}

function parse(text: string): ServiceUsers | undefined {
  try {
    const found = JSON.parse(text) as Partial<Record<keyof ServiceUsers, unknown>> | null;
    const { user, kafka, database, internal } = found ?? {};
    const safe = (value: unknown): value is string =>
      typeof value === 'string' && /^[\w-]{1,200}$/.test(value);
    if (!safe(user) || !safe(kafka) || !safe(database) || !safe(internal)) return undefined;
    return { user, kafka, database, internal };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
