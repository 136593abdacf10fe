import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const PSEUDO_TERMINAL = '/dev/pts/';
const CAP_SYS_ADMIN = 1n << 21n;
/** A program of three lines that takes longer is not waited for. */
const HELPER_MS = 2000;
/**
 * Where the helper finds the terminal. Not as one of its first three: those are switched to blocking reads when a child
 * starts, and with them the terminal of this process, for both share what they have open.
 */
const FD = 3;
/** The requests by their numbers, see ioctl_tty(2); Python knows them by name. */
const REQUESTS = {
  linux: { TIOCEXCL: 0x540c, TIOCNXCL: 0x540d },
  darwin: { TIOCEXCL: 0x2000740d, TIOCNXCL: 0x2000740e },
} as const;
type Request = keyof (typeof REQUESTS)['linux'];

/**
 * Makes a terminal exclusive (TIOCEXCL): the system lets no other program open it any more, save those of root. The lock
 * that serialport takes (flock) keeps out only who asks for it. Who has it open already keeps it.
 *
 * Neither Node.js nor serialport can ask the system for that: Perl or Python does, whichever is there.
 * @param device the terminal's own path, without links
 * @param fd the terminal, open
 * @returns whether it is exclusive now
 */
export async function makeExclusive(device: string, fd: number): Promise<boolean> {
  // What a killed process leaves behind ends with the device, and with a pseudo-terminal only when its maker ends: then
  // none but root could open it again.
  if (device.startsWith(PSEUDO_TERMINAL) && !(await isAdministrator())) return false;
  return request('TIOCEXCL', fd);
}

/** Lets others open the terminal again: where one of them holds it open, closing it alone does not. */
export async function makeShared(fd: number): Promise<void> {
  await request('TIOCNXCL', fd);
}

async function request(name: Request, fd: number): Promise<boolean> {
  const { platform } = process;
  if (platform !== 'linux' && platform !== 'darwin') return false;
  const perl = `open(my $t, "+<&=", ${FD}) && ioctl($t, ${REQUESTS[platform][name]}, 0) || exit 1`;
  const python = `import fcntl, termios; fcntl.ioctl(${FD}, termios.${name})`;
  return (await runs('perl', ['-e', perl], fd)) || runs('python3', ['-I', '-c', python], fd);
}

/** Resolves, once the program has ended, with whether it said that all went well. */
function runs(program: string, args: string[], fd: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'ignore', fd],
      env: { PATH: process.env.PATH },
      timeout: HELPER_MS,
      killSignal: 'SIGKILL',
    });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** Whether this process opens what is exclusive: root does, unless it runs in a container. */
async function isAdministrator(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return capabilities !== undefined && (BigInt(`0x${capabilities}`) & CAP_SYS_ADMIN) !== 0n;
}
