import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './paths';
import { ManagedProcess } from './process/managed-process';
import { SettingError } from './config';
import { t } from './texts/texts.mjs';

export interface BoardOptions {
  /** The compiled firmware. */
  hex: string;
  /** How many boards are on the serial line, each under a name of its own where there is more than one. */
  boards: number;
  /** Where a single board keeps its EEPROM. */
  eeprom: string;
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

/** What several boards measure: a day in four minutes, in which each is somewhere else. */
const SEVERAL = `# What the simulated boards measure. Change it while they run: it is read again when it is saved.
# Numbers, sine(middle,swing,seconds), ramp(from,to,seconds) and noise(most), added up by +; see proteus/README.md.
humedad=sine(65,15,240)+noise(1) temperatura=sine(25,5,240)+noise(0.2) a1=sine(1,0.6,240)+noise(0.05)
`;

/** Runs the firmware on the bench, on a serial line of its own. */
export async function boardProcess(options: BoardOptions): Promise<ManagedProcess> {
  if (!existsSync(options.hex))
    throw new SettingError('BOARD_HEX', t('setting.no-hex', { file: options.hex }));
  if (!existsSync(options.scenario)) {
    await writeFile(options.scenario, options.boards > 1 ? SEVERAL : SCENARIO);
  }
  const bench = path.join(ROOT, 'proteus', 'bench', 'main.ts');
  const several = options.boards > 1;
  const board = [
    ...['--hex', options.hex, '--link', options.link, '--scenario', options.scenario],
    ...(several ? ['--fleet', String(options.boards)] : ['--eeprom', options.eeprom]),
  ];
  return new ManagedProcess({
    name: several ? 'the boards' : 'the board',
    command: process.execPath,
    args: ['--require', require.resolve('tsx/cjs'), bench, ...board],
    ready: (process) => process.lastLines.length > 0 && existsSync(options.link),
    logFile: path.join(options.logs, 'board.log'),
    ...(options.stopTimeout === undefined ? {} : { stopTimeout: options.stopTimeout }),
  });
}
