import { createServer, type IncomingMessage } from 'node:http';
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { Usage } from '../support/usage';

/** What a contender can be told to do; each takes one JSON value and gives one back. */
export type Commands = Record<string, (argument: never) => unknown>;

/** In ms: a timer is due so often, and how late it comes is how long the event loop was blocked. */
const LOOP_TIMER_MS = 5;
const loop = monitorEventLoopDelay({ resolution: LOOP_TIMER_MS });
loop.enable();

let gcMs = 0;
const collections = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gcMs = Math.max(gcMs, duration);
});
collections.observe({ entryTypes: ['gc'] });

const COMMON: Commands = {
  /** @returns what this process has used so far; of the event loop, since it was asked last */
  usage: (): Usage => {
    const { user, system } = process.cpuUsage();
    const loopMs = Math.max(0, loop.max / 1e6 - LOOP_TIMER_MS);
    loop.reset();
    // Linux gives it in kilobytes.
    const usage = { cpu: user + system, memoryMB: process.resourceUsage().maxRSS / 1024, loopMs, gcMs };
    gcMs = 0;
    return usage;
  },
};

/**
 * Listens for commands of the benchmark on the port of BENCH_PORT: POST /name with a JSON body.
 * It works the same in a bare program and inside Node-RED.
 */
export function serveCommands(commands: Commands): void {
  const server = createServer((request, response) => {
    execute(commands, request).then(
      (answer) => response.end(JSON.stringify(answer ?? null)),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(error instanceof Error ? error.stack : String(error));
      },
    );
  });
  server.listen(Number(process.env.BENCH_PORT), '127.0.0.1');
}

/** Serves commands from a program of its own, which SIGTERM ends the way that lets `--cpu-prof` write its profile. */
export function runProgram(commands: Commands): void {
  serveCommands(commands);
  process.once('SIGTERM', () => process.exit());
}

async function execute(commands: Commands, request: IncomingMessage): Promise<unknown> {
  const name = (request.url ?? '/').slice(1);
  const command = commands[name] ?? COMMON[name];
  if (!command) throw new Error(`no command "${name}"`);
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return command(JSON.parse(Buffer.concat(parts).toString() || 'null') as never);
}
