import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { readOwn } from './data-dir-error';
import { SettingError } from './setting-error';
import { t } from './texts/texts.mjs';
import { writeWhole } from './write-whole';

/** A password that is shown once; its hash is kept. */
export interface NewPassword {
  password: string;
  /** bcrypt */
  hash: string;
  /** stands for the password in a link, until this `npm start` ends */
  signIn: string;
}

const FILE = 'password-hash';
const HASH = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;
/** Without what is mistaken for something else when it is read out; 20 of 31 are 99 bits. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP = 5;
const ROUNDS = 10;

/**
 * @returns the hash that an earlier `npm start -- --password` has kept, undefined where there is none
 * @throws SettingError where there is one that can't be read: who once had a password is not to be open without a word
 */
export function readKeptPassword(dataDir: string): string | undefined {
  const file = path.join(dataDir, FILE);
  if (!existsSync(file)) return undefined;
  const text = readOwn(dataDir, file).trim();
  if (!HASH.test(text)) throw new SettingError('DATA_DIR', t('data.no-password', { file }));
  return text;
}

/** Makes a password and keeps its hash in the data directory, for this start and the later ones. */
export async function makePassword(dataDir: string): Promise<NewPassword> {
  const group = (): string =>
    Array.from({ length: GROUP }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
  const password = Array.from({ length: GROUPS }, group).join('-');
  const hash = await bcrypt().hash(password, ROUNDS);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeWhole(path.join(dataDir, FILE), `${hash}\n`);
  return { password, hash, signIn: randomBytes(32).toString('base64url') };
}

/** The one that Node-RED brings along. */
function bcrypt(): { hash(password: string, rounds: number): Promise<string> } {
  const load = createRequire(require.resolve('node-red/red.js')) as (name: string) => unknown;
  return load('bcryptjs') as ReturnType<typeof bcrypt>;
}
