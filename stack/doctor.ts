import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { StackConfig } from './config';
import { installedJava } from './java/java';
import { CACHE, ROOT } from './paths';
import { portHolder, PortInUseError, portProblem } from './process/port-holder';
import { run } from './process/run';
import { findProgram, howToInstall } from './programs';
import { t } from './texts/texts.mjs';
import { userName } from './user-name.mjs';

/** What was looked at, and what to do about it where it is not as it should be. */
export interface Finding {
  ok: boolean;
  text: string;
}

/** Of free disk: for what is fetched, and for a few days of readings. */
const CACHE_MB = 500;
const DATA_MB = 500;

/** No clock is right that shows a time before this checkout was made. */
const SOURCE = path.join(ROOT, 'package.json');

const good = (text: string): Finding => ({ ok: true, text });
const bad = (text: string): Finding => ({ ok: false, text });

/** Looks at everything that `npm start` needs of this machine, without changing anything. */
export async function examine(config: StackConfig): Promise<Finding[]> {
  return [
    good(t('doctor.node', { version: process.version, path: path.relative(ROOT, process.execPath) })),
    await java(),
    maven(),
    await python(),
    ...(await ports(config)),
    disk('DATA_DIR', config.dataDir, DATA_MB),
    disk('.cache', CACHE, CACHE_MB),
    writable('DATA_DIR', config.dataDir),
    writable('.cache', CACHE),
    ...(config.serial !== undefined && 'path' in config.serial ? [serial(config.serial.path)] : []),
    clock(Date.now(), statSync(SOURCE).ctimeMs),
  ];
}

async function java(): Promise<Finding> {
  const found = await installedJava();
  return good(found === undefined ? t('doctor.no-java') : t('doctor.java', { command: found.command }));
}

function maven(): Finding {
  const jars = path.join(CACHE, 'kafka-4.3.1');
  if (existsSync(jars)) return good(t('doctor.jars'));
  const found = findProgram('mvn');
  return found === undefined
    ? bad(t('doctor.no-maven', { how: howToInstall('mvn') }))
    : good(t('doctor.maven', { command: found }));
}

async function python(): Promise<Finding> {
  const found = findProgram('python3');
  if (found === undefined) return bad(t('doctor.no-python', { how: howToInstall('python3') }));
  try {
    await run(found, ['-c', 'import ensurepip, venv']);
    return good(t('doctor.python', { command: found }));
  } catch {
    // The import says no more than that it is missing.
    return bad(t('doctor.no-venv', { command: found, how: howToInstall('python3') }));
  }
}

async function ports(config: StackConfig): Promise<Finding[]> {
  const wanted: [string, number, string][] = [['PORT', config.port, config.host]];
  if ('port' in config.kafka) wanted.push(['KAFKA_PORT', config.kafka.port, '127.0.0.1']);
  if (config.database !== undefined && 'port' in config.database)
    wanted.push(['MONGO_PORT', config.database.port, '127.0.0.1']);
  return Promise.all(
    wanted.map(async ([variable, port, host]) =>
      portFinding(variable, port, await portProblem(port, host, variable)),
    ),
  );
}

function portFinding(variable: string, port: number, problem: Error | undefined): Finding {
  if (problem === undefined) return good(t('doctor.port-free', { variable, port }));
  if (!(problem instanceof PortInUseError)) return bad(problem.message);
  const holder = portHolder(port) ?? t('setting.another-program');
  return bad(t('doctor.port-in-use', { variable, port, holder }));
}

function disk(name: string, folder: string, neededMB: number): Finding {
  const { bavail, bsize } = statfsSync(nearest(folder));
  const free = Math.floor((bavail * bsize) / 1e6);
  return free < neededMB
    ? bad(t('doctor.no-room', { name, folder, free, needed: neededMB }))
    : good(t('doctor.disk', { name, free }));
}

function writable(name: string, folder: string): Finding {
  const place = nearest(folder);
  return mayUse(place)
    ? good(t('doctor.writable', { name, folder }))
    : bad(t('doctor.not-writable', { name, place, user: userName() }));
}

function serial(device: string): Finding {
  if (!existsSync(device)) return bad(t('doctor.no-device', { device }));
  if (mayUse(device)) return good(t('doctor.device', { device }));
  return bad(t('doctor.device-forbidden', { device, user: userName() }));
}

/** Exported for its test. */
export function clock(now: number, checkedOut: number): Finding {
  const time = new Date(now).toISOString();
  return now < checkedOut
    ? bad(t('doctor.clock-wrong', { time }))
    : good(t('doctor.clock', { time, zone: Intl.DateTimeFormat().resolvedOptions().timeZone }));
}

/** The folder itself, or the one in which it would be made. */
function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(path.dirname(folder));
}

function mayUse(place: string): boolean {
  try {
    accessSync(place, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    // Whatever the reason, it is not for this user.
    return false;
  }
}
