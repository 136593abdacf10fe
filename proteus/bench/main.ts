import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { runBench } from './bench';
import { BenchError, codeOf, messageOf } from './errors';
import { parseIntelHex } from './intel-hex';
import { parseOptions, USAGE, type Options } from './options';
import { ptyOutlet, stdoutOutlet, type Outlet } from './outlet';
import { buildStations } from './stations';
import { tcpOutlet } from './tcp-outlet';

const PARENT_CHECK_MS = 500;

function loadProgram(file: string): Uint16Array {
  try {
    return parseIntelHex(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new BenchError(`cannot load the program ${file}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Aborts when the process is asked to end, when nobody reads its standard output any more, or
 * when the process that started it is gone: npm hands SIGTERM to a shell that keeps it to itself.
 */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stop.abort(), PARENT_CHECK_MS).unref();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  process.stdout.on('error', (error) => {
    if (codeOf(error) !== 'EPIPE') throw error;
    stop.abort();
  });
  return stop.signal;
}

function openOutlet(options: Options): Outlet | Promise<Outlet> {
  if (options.link !== undefined) return ptyOutlet(options.link);
  if (options.tcp !== undefined) return tcpOutlet(options.tcp);
  return stdoutOutlet();
}

async function run(options: Options): Promise<void> {
  const stop = stopSignal();
  const program = loadProgram(options.hex);
  const outlet = await openOutlet(options);
  // With --stdout, standard output is the boards' alone.
  const talk = options.link === undefined && options.tcp === undefined ? process.stderr : process.stdout;
  const tell = (words: string): unknown => talk.write(`board: ${words}\n`);
  try {
    const { stations, between } = buildStations(options, program, outlet, report);
    talk.write(`board ready: ${outlet.name}\n`);
    const remarks = new Set<string>();
    await runBench(
      {
        stations,
        between: () => {
          between();
          for (const { circuit } of stations) tellOnce(circuit.board.remarks, remarks, tell);
        },
        seconds: options.seconds,
        pacing: { speed: options.speed, onPace: tell },
      },
      stop,
    );
  } finally {
    outlet.close();
  }
}

function tellOnce(remark: string, told: Set<string>, tell: (words: string) => void): void {
  if (remark === '' || told.has(remark)) return;
  told.add(remark);
  tell(remark);
}

function report(error: unknown): void {
  process.stderr.write(`board: ${error instanceof BenchError ? error.message : inspect(error)}\n`);
}

async function main(): Promise<void> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options === 'help') process.stdout.write(USAGE);
    else await run(options);
  } catch (error) {
    report(error);
    process.exitCode = 1;
  }
}

void main();
