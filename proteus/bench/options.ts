import path from 'node:path';
import { parseArgs } from 'node:util';
import { BenchError, messageOf } from './errors';
import { PARTS, parseSetting, SENSORS, type Part, type Sensor, type Surroundings } from './surroundings';

export const USAGE = `Runs an Arduino UNO program in real time, with a DHT11 on pin 2 and a voltage on A1.

  npm run board -- --link PATH [options]      the serial line on a pseudo-terminal, under that name
  npm run board -- --tcp PORT [options]       the serial line on a TCP port of this machine
  npm run board -- --stdout [options]         the serial line on standard output

  --hex FILE         program in Intel HEX (default: firmware/nodo.hex)
  --humedad N        relative humidity, %, 0 to 100 (default: 60)
  --temperatura N    air temperature, °C, -20 to 60 (default: 26)
  --presion N        air pressure, hPa, 300 to 1100 (default: 1013.25)
  --a1 N             voltage on A1, V, 0 to 5 (default: 2.0)
  --dht STATE        on, off (the sensor is mute) or corrupt (wrong checksum) (default: on)
  --sensor KIND      dht11 or dht22 (-40 to 80 °C) (default: dht11)
  --parts LIST       further sensors: ds18b20 (1-Wire, on pin 3), bmp280 (I2C, on A4 and A5, address 0x76)
  --ds18b20 STATE    on, off or corrupt, as --dht; likewise
  --bmp280 STATE     on or off
  --scenario FILE    changes the values over time; read again when the file changes
  --fleet N          N boards on one line, as behind a radio gateway, each with a name and a day of its own
  --name NAME        the name the board signs with, kept in its EEPROM; of a fleet: what comes before the number
  --eeprom FILE      keeps the EEPROM there from one start to the next
  --drop RATE        how often a byte on the line is lost, 0 to 1; likewise
  --flip RATE        has a bit flipped, and
  --noise RATE       comes with one of noise before it
  --brownout SECONDS mean time between two moments without supply
  --seed N           the same noise, faults and brown-outs as with that number (default: 1)
  --speed N          N times as fast as the clock on the wall; max: as fast as the machine can
  --seconds N        stop after so many seconds of the board's time
  --help             this text
`;

const DEFAULT_HEX = path.join(__dirname, '..', '..', 'firmware', 'nodo.hex');

/** What a board of a fleet is called before its number. */
const FLEET_NAME = 'comuna_';

/** More boards than this no machine carries in one process. */
const LARGEST_FLEET = 500;

export interface Options {
  hex: string;
  /** Where to place the link to the pseudo-terminal. */
  link?: string;
  /** TCP port; with neither link nor port, standard output. */
  tcp?: number;
  surroundings: Partial<Surroundings>;
  sensor: Sensor;
  parts: Part[];
  scenario?: string;
  /** How many boards; undefined: one, under its own name. */
  fleet?: number;
  /** The board's name; of a fleet, what comes before each number. */
  name?: string;
  eeprom?: string;
  brownOutEvery?: number;
  seed: number;
  speed: number;
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
  if (values.link === undefined && values.tcp === undefined && !values.stdout) {
    throw new BenchError('--link PATH, --tcp PORT or --stdout is needed');
  }
  const sensor = parseSensor(values.sensor);
  const options: Options = {
    hex: values.hex ?? DEFAULT_HEX,
    surroundings: parseSurroundings(values, sensor),
    sensor,
    parts: values.parts === undefined ? [] : parseParts(values.parts),
    seed: values.seed === undefined ? 1 : parseWhole('seed', values.seed, 0, 2 ** 32 - 1),
    speed: values.speed === undefined ? 1 : parseSpeed(values.speed),
  };
  if (values.link !== undefined && !values.stdout) options.link = path.resolve(values.link);
  if (values.tcp !== undefined && !values.stdout) options.tcp = parseWhole('tcp', values.tcp, 0, 65_535);
  if (values.scenario !== undefined) options.scenario = values.scenario;
  if (values.eeprom !== undefined) options.eeprom = values.eeprom;
  if (values.fleet !== undefined) options.fleet = parseWhole('fleet', values.fleet, 1, LARGEST_FLEET);
  const name = values.name ?? (options.fleet === undefined ? undefined : FLEET_NAME);
  if (name !== undefined) options.name = name;
  if (values.brownout !== undefined) options.brownOutEvery = parsePositive('brownout', values.brownout);
  if (values.seconds !== undefined) options.seconds = parsePositive('seconds', values.seconds);
  if (options.fleet !== undefined && options.eeprom !== undefined) {
    throw new BenchError('--eeprom is for one board, not for a fleet');
  }
  return options;
}

const SETTINGS = [
  'humedad',
  'temperatura',
  'presion',
  'a1',
  'dht',
  'ds18b20',
  'bmp280',
  'drop',
  'flip',
  'noise',
] as const;

type Values = ReturnType<typeof parse>;

function parseSurroundings(values: Values, sensor: Sensor): Partial<Surroundings> {
  const surroundings: Partial<Surroundings> = {};
  for (const name of SETTINGS) {
    const text = values[name];
    if (text === undefined) continue;
    const setting = parseSetting(name, text, sensor);
    if ('signals' in setting)
      throw new BenchError(`--${name} takes a number; what changes over time is for --scenario`);
    Object.assign(surroundings, setting.change);
  }
  return surroundings;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args: joinNegativeNumbers(args),
      options: {
        hex: { type: 'string' },
        link: { type: 'string' },
        tcp: { type: 'string' },
        stdout: { type: 'boolean' },
        humedad: { type: 'string' },
        temperatura: { type: 'string' },
        presion: { type: 'string' },
        a1: { type: 'string' },
        dht: { type: 'string' },
        sensor: { type: 'string' },
        parts: { type: 'string' },
        ds18b20: { type: 'string' },
        bmp280: { type: 'string' },
        drop: { type: 'string' },
        flip: { type: 'string' },
        noise: { type: 'string' },
        brownout: { type: 'string' },
        scenario: { type: 'string' },
        fleet: { type: 'string' },
        name: { type: 'string' },
        eeprom: { type: 'string' },
        seed: { type: 'string' },
        speed: { type: 'string' },
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

function parseSensor(text: string | undefined): Sensor {
  if (text === undefined) return 'dht11';
  const sensor = SENSORS.find((known) => known === text);
  if (sensor === undefined) {
    throw new BenchError(`--sensor must be one of ${SENSORS.join(', ')}, not ${JSON.stringify(text)}`);
  }
  return sensor;
}

function parseParts(text: string): Part[] {
  return text.split(',').map((name) => {
    const part = PARTS.find((known) => known === name.trim());
    if (part === undefined) {
      throw new BenchError(`--parts must name some of ${PARTS.join(', ')}, not ${JSON.stringify(name)}`);
    }
    return part;
  });
}

function parseSpeed(text: string): number {
  return text === 'max' ? Infinity : parsePositive('speed', text);
}

function parsePositive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) {
    throw new BenchError(`--${name} must be a number above 0, not ${JSON.stringify(text)}`);
  }
  return value;
}

function parseWhole(name: string, text: string, from: number, to: number): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isInteger(value) || value < from || value > to) {
    throw new BenchError(
      `--${name} must be a whole number from ${from} to ${to}, not ${JSON.stringify(text)}`,
    );
  }
  return value;
}
