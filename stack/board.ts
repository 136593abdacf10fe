import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './paths';
import { ManagedProcess } from './process/managed-process';
import { SettingError } from './config';

export interface BoardOptions {
  /** The compiled firmware. */
  hex: string;
  /** Name under which the board's serial line appears. */
  link: string;
  /** Values to measure, a file that may be edited while the board runs. */
  scenario: string;
  logs: string;
  stopTimeout?: number;
}

/** What a new board measures; the form is that of proteus/bench. */
const SCENARIO = `# What the simulated board measures. Change it while it runs: it is read again when it is saved.
# seconds  humedad (%)  temperatura (°C)  a1 (V)
           humedad=60   temperatura=26    a1=2.0
20         humedad=62
40                      temperatura=27    a1=2.1
60         humedad=65                     a1=2.2
80         humedad=62   temperatura=28
100                     temperatura=27    a1=2.1
repeat 120
`;

/** Runs the firmware on the bench, on a serial line of its own. */
export async function boardProcess(options: BoardOptions): Promise<ManagedProcess> {
  if (!existsSync(options.hex)) throw new SettingError('BOARD_HEX', `${options.hex} does not exist`);
  if (!existsSync(options.scenario)) {
    await writeFile(options.scenario, SCENARIO);
  }
  const bench = path.join(ROOT, 'proteus', 'bench', 'main.ts');
  const board = ['--hex', options.hex, '--link', options.link, '--scenario', options.scenario];
  return new ManagedProcess({
    name: 'the board',
    command: process.execPath,
    args: ['--require', require.resolve('tsx/cjs'), bench, ...board],
    ready: (process) => process.lastLines.length > 0 && existsSync(options.link),
    logFile: path.join(options.logs, 'board.log'),
    ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
  });
}
