import { EEPROMMemoryBackend, type EEPROMBackend } from 'avr8js';
import type { Changes, Station } from './bench';
import { Circuit } from './circuit';
import { EepromFile } from './eeprom-file';
import type { BenchError } from './errors';
import { Gateway } from './gateway';
import { nameInEeprom } from './node-name';
import type { Options } from './options';
import type { Outlet } from './outlet';
import { parseScenario, ScenarioPlayer, type Playback } from './scenario';
import { ScenarioFile } from './scenario-file';

/** What the boards of a fleet see where no scenario says otherwise: a day in four minutes. */
const FLEET_DAY_SECONDS = 240;
const FLEET_DAY = `
humedad=sine(65,15,${FLEET_DAY_SECONDS})+noise(1)
temperatura=sine(25,5,${FLEET_DAY_SECONDS})+noise(0.2)
a1=sine(1,0.6,${FLEET_DAY_SECONDS})+noise(0.05)`;

/** The firmware's time between two readings, seconds: the boards of a fleet are switched on within it. */
const PERIOD = 3.06;

const EEPROM_BYTES = 1024;

/** The boards of a bench, and what has to be done for them between two slices of time. */
export interface Stations {
  stations: Station[];
  between: () => void;
}

/**
 * Builds what the options ask for: one board, or a fleet of them at one outlet.
 * @param program flash words, see parseIntelHex
 * @throws BenchError for a scenario, name or EEPROM that cannot be used
 */
export function buildStations(
  options: Options,
  program: Uint16Array,
  outlet: Outlet,
  onProblem: (problem: BenchError) => void,
): Stations {
  return options.fleet === undefined
    ? oneBoard(options, program, outlet, onProblem)
    : fleet(options, options.fleet, program, outlet, onProblem);
}

function oneBoard(
  options: Options,
  program: Uint16Array,
  outlet: Outlet,
  onProblem: (problem: BenchError) => void,
): Stations {
  const { sensor, parts, seed, scenario, brownOutEvery } = options;
  const file = options.eeprom === undefined ? undefined : new EepromFile(options.eeprom);
  const eeprom = file ?? new EEPROMMemoryBackend(EEPROM_BYTES);
  if (options.name !== undefined) store(eeprom, nameInEeprom(options.name));
  const circuit = new Circuit(program, options.surroundings, { sensor, parts, eeprom });
  const changes =
    scenario === undefined ? undefined : new ScenarioFile(scenario, onProblem, { sensor, seed });
  return {
    stations: [{ circuit, outlet, changes, seed, brownOutEvery }],
    between: () => file?.save(),
  };
}

function fleet(
  options: Options,
  size: number,
  program: Uint16Array,
  outlet: Outlet,
  onProblem: (problem: BenchError) => void,
): Stations {
  const gateway = new Gateway(outlet);
  const stations = Array.from({ length: size }, (_, index): Station => {
    const number = index + 1;
    const seed = options.seed + index;
    const eeprom = new EEPROMMemoryBackend(EEPROM_BYTES);
    store(eeprom, nameInEeprom(`${options.name ?? ''}${number}`));
    const circuit = new Circuit(program, options.surroundings, {
      sensor: options.sensor,
      parts: options.parts,
      eeprom,
    });
    // Each is somewhere else in its day, and was switched on at another moment.
    const changes = fleetChanges(options, { sensor: options.sensor, seed }, onProblem, index / size);
    circuit.set(changes.due(0));
    circuit.board.run((PERIOD * index) / size);
    return { circuit, outlet: gateway.join(), changes, seed, brownOutEvery: options.brownOutEvery };
  });
  return { stations, between: () => gateway.pump() };
}

function fleetChanges(
  { scenario }: Options,
  playback: Playback,
  onProblem: (problem: BenchError) => void,
  part: number,
): Changes {
  const begun = -part * FLEET_DAY_SECONDS;
  if (scenario !== undefined) return new ScenarioFile(scenario, onProblem, playback, begun);
  return new ScenarioPlayer(parseScenario(FLEET_DAY, 'fleet', playback.sensor), begun, playback);
}

function store(eeprom: EEPROMBackend, bytes: Uint8Array): void {
  bytes.forEach((byte, address) => {
    eeprom.eraseMemory(address);
    eeprom.writeMemory(address, byte);
  });
}
