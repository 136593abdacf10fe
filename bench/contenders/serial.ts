import { ReadlineParser } from 'serialport';
import { localClock } from '../../nodes/serial-json-in/lines/local-time';
import { readLineRules } from '../../nodes/serial-json-in/rules-config';
import { SerialReader } from '../../nodes/serial-json-in/port/serial-reader';
import { runProgram } from './commands';

/** What a port gives at a time. */
const CHUNK_BYTES = 4096;
const LINES_A_STREAM = 50_000;
/** Of a stream with garbage, the bytes that are no lines. */
const GARBAGE_BYTES = 8 * 2 ** 20;
const LINES_IN_GARBAGE = 80_000;

interface Stream {
  chunks: Buffer[];
  /** good lines */
  lines: number;
}

interface ParseOrder {
  garbage: boolean;
  measureMs: number;
}

const clean = stream(LINES_A_STREAM, 0);
let garbled: Stream | undefined;

function line(n: number): Buffer {
  const reading = {
    nodo: 'comuna_15',
    humedad: 60,
    temperatura: 26,
    sensacion: 26.92732,
    radiacion: n % 2000,
  };
  return Buffer.from(`${JSON.stringify(reading)}\r\n`);
}

/** Lines as a board sends them; between them, where wanted, runs of random bytes of up to 2 KB, line ends included. */
function stream(lines: number, garbageBytes: number): Stream {
  const parts: Buffer[] = [];
  const each = Math.floor(garbageBytes / lines);
  let seed = 1;
  for (let n = 0; n < lines; n++) {
    if (each > 0 && n % 10 === 0) {
      const noise = Buffer.alloc(each * 10);
      for (let i = 0; i < noise.length; i++)
        noise[i] = (seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) >>> 16;
      parts.push(noise, Buffer.from('\n'));
    }
    parts.push(line(n));
  }
  const whole = Buffer.concat(parts);
  const chunks: Buffer[] = [];
  for (let at = 0; at < whole.length; at += CHUNK_BYTES) chunks.push(whole.subarray(at, at + CHUNK_BYTES));
  return { chunks, lines };
}

/** What a parser made of a stream, again and again. */
export interface Parsed {
  /** the stream's lines a second, found or not */
  rate: number;
  /** microseconds of a processor for each */
  cpu: number;
  /** the part of them that it did not find */
  missed: number;
}

async function again(
  { garbage, measureMs }: ParseOrder,
  parse: (chunks: Buffer[]) => Promise<number>,
): Promise<Parsed> {
  if (garbage) garbled ??= stream(LINES_IN_GARBAGE, GARBAGE_BYTES);
  const { chunks, lines } = garbage && garbled ? garbled : clean;
  let count = 0;
  let found = 0;
  const start = performance.now();
  const before = process.cpuUsage();
  do {
    found += await parse(chunks);
    count += lines;
  } while (performance.now() - start < measureMs);
  const { user, system } = process.cpuUsage(before);
  return {
    rate: (count / (performance.now() - start)) * 1000,
    cpu: (user + system) / count,
    missed: 1 - found / count,
  };
}

function ours(chunks: Buffer[]): Promise<number> {
  let good = 0;
  const reader = new SerialReader(
    {
      port: '/dev/ttyACM0',
      maxLineLength: 4096,
      rules: readLineRules({}),
      clock: localClock(''),
      explain: (reason) => reason,
    },
    { reading: () => good++, rejected: () => undefined },
  );
  // As the port does it: an event with the bytes that have come.
  for (const chunk of chunks) reader.bytes(chunk);
  return Promise.resolve(good);
}

async function bare(chunks: Buffer[]): Promise<number> {
  let good = 0;
  const parser = new ReadlineParser({ delimiter: '\n' });
  parser.on('data', (text: string) => {
    try {
      const reading = JSON.parse(text) as { nodo?: unknown } | null;
      if (typeof reading?.nodo === 'string') good++;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  });
  for (const chunk of chunks) {
    if (!parser.write(chunk)) await new Promise((resolve) => parser.once('drain', resolve));
  }
  await new Promise<void>((resolve) => parser.end(resolve));
  return good;
}

runProgram({
  ours: (order: ParseOrder) => again(order, ours),
  bare: (order: ParseOrder) => again(order, bare),
});
