import { parseArgs } from 'node:util';
import { ROLES, SettingError, type Role } from './config';
import { KAFKA_MODES, type KafkaMode } from './kafka/jars';

/** What may follow `npm start --`. */
export interface CommandLine {
  role: Role;
  /** of the Kafka that is run here; undefined: as it is without the option */
  mode: KafkaMode | undefined;
  brokerCount: number | undefined;
}

/** More brokers show nothing more, and each is a Java process of its own. */
const MOST_BROKERS = 5;

const USAGE = `usage: npm start -- [--role ${ROLES.join('|')}] [--kafka ${KAFKA_MODES.join('|')}] [--brokers 1..${MOST_BROKERS}]`;

/** @throws SettingError that names the option, and says what there is */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { role, kafka, brokers } = optionsOf(args);
  return {
    role: oneOf('--role', role, ROLES),
    mode: kafka === undefined ? undefined : oneOf('--kafka', kafka, KAFKA_MODES),
    brokerCount: brokers === undefined ? undefined : readBrokers(brokers),
  };
}

function optionsOf(args: readonly string[]): { role: string; kafka?: string; brokers?: string } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        role: { type: 'string', default: 'all' },
        kafka: { type: 'string' },
        brokers: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new SettingError('npm start', `${(error as Error).message}\n${USAGE}`);
  }
}

function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((name) => name === value);
  if (choice === undefined) {
    throw new SettingError(option, `"${value}" is none of: ${choices.join(', ')}\n${USAGE}`);
  }
  return choice;
}

function readBrokers(value: string): number {
  const brokers = Number(value);
  if (!Number.isInteger(brokers) || brokers < 1 || brokers > MOST_BROKERS) {
    throw new SettingError(
      '--brokers',
      `"${value}" is not a whole number from 1 to ${MOST_BROKERS}\n${USAGE}`,
    );
  }
  return brokers;
}
