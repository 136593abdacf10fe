import { createServer, type IncomingMessage } from 'node:http';

/** What a contender can be told to do; each takes one JSON value and gives one back. */
export type Commands = Record<string, (argument: never) => unknown>;

const COMMON: Commands = {
  /** @returns microseconds of a processor that this process has used so far */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
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
