import { readFileSync, unlinkSync } from 'node:fs';
import { mkdir, open, readFile, rm, stat, unlink, utimes } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SettingError } from './config';
import { dataDirError } from './data-dir-error';
import { t } from './texts/texts.mjs';

/** Who holds a lock, as its file says. */
interface Holder {
  pid: number;
  /** Tells one process from a later one with the same number; absent where the system does not say. */
  started?: string;
  host: string;
}

/** Of a data directory: there while something runs on it. */
export const LOCK_FILE = 'in-use';

/** The holder touches its lock this often; only from another machine is that all there is to see of it. */
const TOUCH_MS = 5_000;
const SILENT_MS = 30_000;

/** A file that has been made and not yet written. */
const EMPTY_MS = 2_000;
const LOOK_MS = 50;

/**
 * Keeps a data directory for one process: a second Kafka or database on the same files would destroy them. A lock whose
 * process is gone, whatever ended it, counts for nothing.
 */
export class DataDirLock {
  private readonly touching: NodeJS.Timeout;
  private readonly onExit = (): void => this.removeOwn();

  private constructor(
    private readonly file: string,
    private readonly own: string,
  ) {
    // Fails where the folder is gone: then there is nothing to keep.
    const touch = (): void => void utimes(file, new Date(), new Date()).catch(() => undefined);
    this.touching = setInterval(touch, TOUCH_MS).unref();
    process.once('exit', this.onExit);
  }

  /**
   * Makes the folder, if need be, and takes it; nothing else is written.
   * @throws SettingError that names who has it, or why it can't be written to
   */
  static async take(dir: string): Promise<DataDirLock> {
    const file = path.join(dir, LOCK_FILE);
    const own = JSON.stringify(thisProcess());
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      while (!(await create(file, own))) {
        const seen = await lookAt(file);
        if (seen === undefined) continue;
        if (await isHeld(file, seen)) throw new SettingError('DATA_DIR', heldBy(dir, seen));
        await removeStale(file, seen);
      }
    } catch (error) {
      throw dataDirError(error, dir);
    }
    return new DataDirLock(file, own);
  }

  /** Lets others have the folder. */
  release(): void {
    clearInterval(this.touching);
    process.off('exit', this.onExit);
    this.removeOwn();
  }

  private removeOwn(): void {
    try {
      // Whoever takes this process for dead has a lock of their own there.
      if (readFileSync(this.file, 'utf8') === this.own) unlinkSync(this.file);
    } catch (error) {
      // The folder may have been removed by whoever stops this.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        process.emitWarning(`cannot remove ${this.file}: ${(error as Error).message}`);
    }
  }
}

function thisProcess(): Holder {
  const started = startOf(process.pid);
  return { pid: process.pid, ...(started === undefined ? {} : { started }), host: os.hostname() };
}

/** @returns false where the file is there already */
async function create(file: string, content: string): Promise<boolean> {
  let handle;
  try {
    handle = await open(file, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    await handle.writeFile(content);
  } catch (error) {
    await unlink(file);
    throw error;
  } finally {
    await handle.close();
  }
  return true;
}

/** @returns what a lock says, "" for one that nobody will write any more; undefined where it is gone meanwhile */
async function lookAt(file: string): Promise<string | undefined> {
  const end = performance.now() + EMPTY_MS;
  for (;;) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text !== '' || performance.now() > end) return text;
    await sleep(LOOK_MS);
  }
}

async function isHeld(file: string, text: string): Promise<boolean> {
  const holder = holderOf(text);
  if (holder === undefined) return false;
  if (holder.host !== os.hostname()) {
    return !(await isOlderThan(file, SILENT_MS));
  }
  if (!isAlive(holder.pid)) return false;
  const started = startOf(holder.pid);
  return started === undefined || holder.started === undefined || started === holder.started;
}

/** One at a time: of two that find the same stale lock, the slower one must not remove the lock of the quicker one. */
async function removeStale(file: string, seen: string): Promise<void> {
  const turn = `${file}-turn`;
  if (!(await create(turn, ''))) {
    await sleep(LOOK_MS);
    // Whoever has the turn was killed in the middle.
    if (await isOlderThan(turn, EMPTY_MS)) await rm(turn, { force: true });
    return;
  }
  try {
    if ((await lookAt(file)) === seen) await unlink(file);
  } finally {
    await rm(turn, { force: true });
  }
}

async function isOlderThan(file: string, ms: number): Promise<boolean> {
  return stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > ms,
    // Gone meanwhile.
    () => false,
  );
}

/** @returns undefined for what no process has written */
function holderOf(text: string): Holder | undefined {
  try {
    const { pid, started, host } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1 || typeof host !== 'string')
      return undefined;
    return { pid, host, ...(typeof started === 'string' ? { started } : {}) };
  } catch {
    // Cut off by a crash of the system.
    return undefined;
  }
}

function heldBy(dir: string, text: string): string {
  const holder = holderOf(text);
  const elsewhere = holder !== undefined && holder.host !== os.hostname();
  const where = elsewhere ? t('data.in-use-on', { host: holder.host }) : '';
  return t('data.in-use', { dir, pid: holder?.pid ?? t('data.unknown'), where });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** @returns when a process was started, in a form of Linux's own: the boot, and the field "starttime" of proc(5) */
function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return `${boot} ${fields[19]}`;
  } catch {
    // Another system, or a process that has just ended.
    return undefined;
  }
}
