import path from 'node:path';
import { parseArgs } from 'node:util';
import { BenchError, messageOf } from './errors';
import { parseSetting, type Surroundings } from './surroundings';

export const USAGE = `Runs an Arduino UNO program in real time, with a DHT11 on pin 2 and a voltage on A1.

  npm run board -- --link PATH [options]      the serial line on a pseudo-terminal, under that name
  npm run board -- --stdout [options]         the serial line on standard output

  --hex FILE         program in Intel HEX (default: firmware/nodo.hex)
  --humedad N        relative humidity, %, 0 to 100 (default: 60)
  --temperatura N    air temperature, °C, -20 to 60 (default: 26)
  --a1 N             voltage on A1, V, 0 to 5 (default: 2.0)
  --dht STATE        on, off (the sensor is mute) or corrupt (wrong checksum) (default: on)
  --scenario FILE    changes the values over time; read again when the file changes
  --seconds N        stop after so many seconds
  --help             this text
`;

const DEFAULT_HEX = path.join(__dirname, '..', '..', 'firmware', 'nodo.hex');

export interface Options {
  hex: string;
  /** Where to place the link to the pseudo-terminal; undefined: standard output. */
  link?: string;
  surroundings: Partial<Surroundings>;
  scenario?: string;
  /** How long to run; undefined: until told to stop. */
  seconds?: number;
}

/**
 * Reads the command line.
 * @param args without node and script
 * @returns 'help' when that was asked for
 * @throws BenchError saying what is wrong
 */
export function parseOptions(args: string[]): Options | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  if (values.link === undefined && !values.stdout) throw new BenchError('--link PATH or --stdout is needed');

  const options: Options = { hex: values.hex ?? DEFAULT_HEX, surroundings: {} };
  for (const name of ['humedad', 'temperatura', 'a1', 'dht'] as const) {
    const text = values[name];
    if (text !== undefined) Object.assign(options.surroundings, parseSetting(name, text));
  }
  if (values.link !== undefined && !values.stdout) options.link = path.resolve(values.link);
  if (values.scenario !== undefined) options.scenario = values.scenario;
  if (values.seconds !== undefined) options.seconds = parseSeconds(values.seconds);
  return options;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args: joinNegativeNumbers(args),
      options: {
        hex: { type: 'string' },
        link: { type: 'string' },
        stdout: { type: 'boolean' },
        humedad: { type: 'string' },
        temperatura: { type: 'string' },
        a1: { type: 'string' },
        dht: { type: 'string' },
        scenario: { type: 'string' },
        seconds: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    throw new BenchError(messageOf(cause), { cause });
  }
}

/** `--temperatura -5` becomes `--temperatura=-5`, the only form parseArgs takes. */
function joinNegativeNumbers(args: string[]): string[] {
  return args.reduce<string[]>((joined, arg) => {
    const before = joined.at(-1);
    if (/^-[\d.]/.test(arg) && before?.startsWith('--')) return [...joined.slice(0, -1), `${before}=${arg}`];
    return [...joined, arg];
  }, []);
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds < Infinity)) {
    throw new BenchError(`--seconds must be a number above 0, not ${JSON.stringify(text)}`);
  }
  return seconds;
}
