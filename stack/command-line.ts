import { parseArgs } from 'node:util';
import { ROLES, SettingError, type CommandLine } from './config';
import { KAFKA_MODES } from './kafka/jars';
import { t } from './texts/texts.mjs';

/** More brokers show nothing more, and each is a Java process of its own. */
const MOST_BROKERS = 5;

/** As many as the bench takes: see proteus/bench/options.ts. */
const MOST_BOARDS = 500;

/** @returns whether what there is is asked for, and nothing to be run */
export function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

/** @returns what `npm start -- --help` says */
export function help(): string {
  return t('start.help', { brokers: MOST_BROKERS, boards: MOST_BOARDS });
}

function usage(): string {
  const usage = `npm start -- [--role ${ROLES.join('|')}] [--kafka ${KAFKA_MODES.join('|')}] [--brokers 1..${MOST_BROKERS}] [--boards 1..${MOST_BOARDS}] [--password] [--secure] [--own-network]`;
  return t('start.usage', { usage });
}

/**
 * Reads what follows `npm start --`.
 * @throws SettingError that names the option, and says what there is
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { role, kafka, brokers, boards, password = false, secure = false, ...more } = optionsOf(args);
  return {
    role: oneOf('--role', role, ROLES),
    mode: kafka === undefined ? undefined : oneOf('--kafka', kafka, KAFKA_MODES),
    brokerCount: readCount('--brokers', brokers, MOST_BROKERS),
    boards: readCount('--boards', boards, MOST_BOARDS),
    newPassword: password,
    secure,
    ownNetwork: more['own-network'] ?? false,
  };
}

function optionsOf(args: readonly string[]): {
  role: string;
  kafka?: string;
  brokers?: string;
  boards?: string;
  password?: boolean;
  secure?: boolean;
  'own-network'?: boolean;
} {
  try {
    return parseArgs({
      args: [...args],
      options: {
        role: { type: 'string', default: 'all' },
        kafka: { type: 'string' },
        brokers: { type: 'string' },
        boards: { type: 'string' },
        password: { type: 'boolean' },
        secure: { type: 'boolean' },
        'own-network': { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new SettingError('npm start', `${(error as Error).message}\n${usage()}`);
  }
}

function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const choice = choices.find((name) => name === value);
  if (choice === undefined) {
    const problem = t('setting.none-of', { value, choices: choices.join(', ') });
    throw new SettingError(option, `${problem}\n${usage()}`);
  }
  return choice;
}

function readCount(option: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new SettingError(option, `${t('setting.count', { value, most })}\n${usage()}`);
  }
  return count;
}
