import { readCommandLine } from './command-line';
import { readConfig, SettingError, type StackConfig } from './config';
import { Stack, type Addresses } from './stack';

/** The terminal and npm may both pass on the same Ctrl-C; what comes this soon after the first is not a second one. */
const SAME_REQUEST_MS = 1_000;

function say(line: string): void {
  console.log(line);
}

function settingsOrExit(): StackConfig {
  try {
    const { role, ...shape } = readCommandLine(process.argv.slice(2));
    return readConfig(process.env, role, shape);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** One line, so that a program can wait for it. */
function readyLine(at: Addresses, since: number): string {
  const seconds = ((Date.now() - since) / 1000).toFixed(1);
  const services = [
    `Kafka ${at.kafka}`,
    ...(at.database === undefined ? [] : [`database ${at.database}`]),
    ...(at.serial === undefined ? [] : [`serial line ${at.serial}`]),
  ];
  return `ready in ${seconds} s: dashboard ${at.dashboard}  editor ${at.editor}  (${services.join(', ')}; Ctrl-C stops everything)`;
}

/**
 * Calls `stop` at the first signal, or when the process that started this one is gone. A signal that comes while
 * stopping ends this process and its children at once.
 */
function onRequestToStop(stop: () => void): void {
  let first: number | undefined;
  const request = (): void => {
    if (first === undefined) {
      first = Date.now();
      stop();
    } else if (Date.now() - first > SAME_REQUEST_MS) {
      process.exit(130);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, request);
  process.on('disconnect', request);
}

async function main(): Promise<void> {
  const since = Date.now();
  const stack = new Stack(settingsOrExit(), say);
  let stopping: Promise<void> | undefined;
  /** A set-up step may be under way still: its commands end with this process. */
  const stopAndExit = async (code: number): Promise<void> => {
    stopping ??= stack.stop();
    try {
      await stopping;
      if (code === 0) say('stopped');
      process.exit(code);
    } catch (error) {
      console.error(messageOf(error));
      process.exit(1);
    }
  };
  onRequestToStop(() => {
    say('stopping');
    void stopAndExit(0);
  });
  try {
    const addresses = await stack.start();
    say(readyLine(addresses, since));
  } catch (error) {
    // What a stop interrupts fails: that is no news.
    if (stopping !== undefined) return;
    console.error(messageOf(error));
    await stopAndExit(1);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

void main();
