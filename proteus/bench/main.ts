import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { runBench } from './bench';
import { Circuit } from './circuit';
import { BenchError, codeOf, messageOf } from './errors';
import { parseIntelHex } from './intel-hex';
import { parseOptions, USAGE, type Options } from './options';
import { ptyOutlet, stdoutOutlet } from './outlet';
import { ScenarioFile } from './scenario-file';

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

async function run(options: Options): Promise<void> {
  const stop = stopSignal();
  const circuit = new Circuit(loadProgram(options.hex), options.surroundings);
  const changes =
    options.scenario === undefined
      ? undefined
      : new ScenarioFile(options.scenario, (problem) => report(problem));
  const outlet = options.link === undefined ? stdoutOutlet() : ptyOutlet(options.link);
  try {
    // With --stdout, standard output is the board's alone.
    (options.link === undefined ? process.stderr : process.stdout).write(`board ready: ${outlet.name}\n`);
    await runBench({ circuit, outlet, changes, seconds: options.seconds }, stop);
  } finally {
    outlet.close();
  }
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
