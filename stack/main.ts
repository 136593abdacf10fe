import path from 'node:path';
import { asksForHelp, help, readCommandLine } from './command-line';
import { ADMIN_USER, isLoopback, readConfig, SettingError, type StackConfig } from './config';
import { dataDirError } from './data-dir-error';
import { DataDirLock } from './data-dir-lock';
import { formatLine, logFormatOf } from './log-format';
import { makePassword, type NewPassword } from './password';
import { ServiceError } from './process/managed-process';
import { serviceUsersFile } from './service-users';
import { shippedFor, Stack, type Addresses } from './stack';
import { t } from './texts/texts.mjs';

/** The terminal and npm may both pass on the same Ctrl-C; what comes this soon after the first is not a second one. */
const SAME_REQUEST_MS = 1_000;

function say(line: string): void {
  console.log(formatLine(logFormatOf(process.env.LOG_FORMAT) ?? 'text', 'npm start', line));
}

function settingsOrExit(): StackConfig {
  try {
    return readConfig(process.env, readCommandLine(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** Of what is done in the data directory before there is something to stop. */
async function resultOrExit<T>(dataDir: string, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    console.error(messageOf(dataDirError(error, dataDir)));
    process.exit(1);
  }
}

/** One line, so that a program can wait for it. */
function readyLine(at: Addresses, since: number, config: StackConfig): string {
  const seconds = ((Date.now() - since) / 1000).toFixed(1);
  const services = [
    `Kafka ${at.kafka}`,
    ...(at.database === undefined ? [] : [t('start.ready-database', { at: at.database })]),
    ...(at.serial === undefined ? [] : [t('start.ready-serial', { at: at.serial })]),
  ];
  const { dashboard, editor } = at;
  const file = path.relative('', serviceUsersFile(config.dataDir));
  const secure = config.secure ? `${t(`start.${asking(config)}`, { file })}; ` : '';
  const who = `${secure}${whoCanReach(config)}`;
  return t('start.ready', { seconds, dashboard, editor, services: services.join(', '), who });
}

/** @returns the name of the text that says who asks for a password: those that are run here */
function asking({ kafka, database }: StackConfig): string {
  const ownKafka = 'port' in kafka;
  if (database === undefined || !('port' in database)) return 'asks-kafka';
  return ownKafka ? 'asks-both' : 'asks-database';
}

/** Who reaches dashboard and editor, and so can run programs here. */
function whoCanReach({ host, login, secure }: StackConfig): string {
  if (!isLoopback(host)) return t('start.open-host', { host });
  if (login.passwordHash !== undefined) return t('start.open-password');
  if (secure) return t('start.open-editor');
  return t('start.open-all');
}

/** Once: of the password only a hash is kept. */
function passwordLines({ password, signIn }: NewPassword, at: Addresses): string[] {
  return [
    t('start.password', { user: ADMIN_USER, password }),
    t('start.links', {
      dashboard: `${at.dashboard}?sign-in=${signIn}`,
      editor: `${at.editor}/?sign-in=${signIn}`,
    }),
  ];
}

/**
 * Calls `stop` at the first signal, or when the process that started this one is gone. A signal that comes while
 * stopping ends this process and its children at once.
 */
function onRequestToStop(stop: () => void): void {
  let first: number | undefined;
  const request = (): void => {
    if (first === undefined) {
      first = performance.now();
      stop();
    } else if (performance.now() - first > SAME_REQUEST_MS) {
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, request);
  process.on('disconnect', request);
}

async function main(): Promise<void> {
  if (asksForHelp(process.argv.slice(2))) return say(help());
  const since = Date.now();
  const config = settingsOrExit();
  const { dataDir } = config;
  // Before anything is written: a second start on the same data must change nothing there.
  const lock = await resultOrExit(dataDir, DataDirLock.take(dataDir));
  const made = config.login.newPassword ? await resultOrExit(dataDir, makePassword(dataDir)) : undefined;
  if (made) config.login.passwordHash = made.hash;
  const stack = new Stack(config, say, shippedFor(config.role), made?.signIn, lock);
  let stopping: Promise<void> | undefined;
  /** A set-up step may be under way still: its commands end with this process. */
  const stopAndExit = async (code: number): Promise<void> => {
    stopping ??= stack.stop();
    try {
      await stopping;
      if (code === 0) say(t('start.stopped'));
      process.exit(code);
    } catch (error) {
      console.error(messageOf(error));
      process.exit(1);
    }
  };
  onRequestToStop(() => {
    say(t('start.stopping'));
    void stopAndExit(0);
  });
  try {
    const addresses = await stack.start();
    say(readyLine(addresses, since, config));
    if (made) passwordLines(made, addresses).forEach(say);
  } catch (error) {
    // What a stop interrupts fails: that is no news.
    if (stopping !== undefined) return;
    console.error(messageOf(isAbout(dataDir, error) ? dataDirError(error, dataDir) : error));
    console.error(t('start.doctor'));
    await stopAndExit(1);
  }
}

const NO_ROOM = new Set(['ENOSPC', 'EDQUOT']);

/** Whether a file of the data directory, or a service that keeps its data there, is the reason. */
function isAbout(dataDir: string, error: unknown): boolean {
  const { path: file, code, syscall } = error as NodeJS.ErrnoException;
  // A file that is being written is not named; what is fetched, and not kept there, tells of its own.
  const isWritten = file === undefined && syscall === 'write' && NO_ROOM.has(code ?? '');
  return error instanceof ServiceError || isWritten || file?.startsWith(dataDir) === true;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

void main();
