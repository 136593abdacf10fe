// Runs a TypeScript program of this repository from a bare checkout: node tools/bootstrap.mjs FILE [arguments]
// Installs the npm packages and builds dist/ where either is missing or out of date, then runs FILE on the Node.js that
// is one of those packages. It runs on the system's own Node.js (18 or later) and may use nothing that is not built in.
import { execFileSync, spawn } from 'node:child_process';
import fs, { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os, { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setupSentence } from '../stack/setup-sentence.mjs';
import { completeMark } from './build-mark.mjs';
import { whenLeftAlone } from './left-alone.mjs';
import { whyNotHere } from './where-it-runs.mjs';
import { t } from '../stack/texts/texts.mjs';

const NODE_MAJOR = 24;
/** Of free disk, with room for what else a first start fetches. */
const NEEDED_MB = 1_200;
/**
 * What a user or NODE_ENV=production may have set otherwise for all projects: this one's programs are among the packages for
 * development, and are found where npm puts them by itself.
 */
const WHOLE = [
  ...['--include=dev', '--include=optional', '--include=peer', '--bin-links=true'],
  ...['--install-strategy=hoisted', '--global=false', '--dry-run=false', '--legacy-peer-deps=false'],
];
/** How often a second start looks whether the first is done. */
const WAIT_MS = 500;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** Names the process that puts packages or a build there. */
const turn = path.join(root, '.setting-up');
const bin = path.join(root, 'node_modules', '.bin');
const node = path.join(bin, 'node');

main(process.argv.slice(2));

function main([program, ...args]) {
  try {
    const reason = whyNotHere(process.platform, process.versions.node);
    if (reason !== undefined) throw new Error(reason);
    leaveOutMissingFolders();
    setUp(packagesUpToDate, installPackages);
    setUp(isNodeThere, fetchNode);
    setUp(buildUpToDate, build);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
  run(program, args);
}

/** One at a time: a second start in this checkout would take away what the first is putting there. */
function setUp(isDone, work) {
  if (isDone()) return;
  requireWritable(root);
  let told = false;
  for (let holder = takeTurn(); holder !== undefined; holder = takeTurn()) {
    if (!told) console.log(t('first.waiting', { pid: holder }));
    told = true;
    sleep(WAIT_MS);
  }
  try {
    if (!isDone()) work();
  } finally {
    rmSync(turn, { force: true });
  }
}

/** @returns the process whose turn it is; undefined where it is this one's */
function takeTurn() {
  for (;;) {
    try {
      fs.writeFileSync(turn, String(process.pid), { flag: 'wx' });
      return undefined;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = readText(turn);
    if (holder !== undefined && isBootstrap(Number(holder))) return holder;
    // Whoever has taken it and not yet written a number does so now, or was killed in that very moment.
    if (holder === '') sleep(WAIT_MS);
    if (readText(turn) === holder) rmSync(turn, { force: true });
  }
}

/** Whether a process is one of these, and no later one that was given its number. */
function isBootstrap(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  const commandLine = readText(`/proc/${pid}/cmdline`);
  return commandLine === undefined || commandLine.includes(path.basename(fileURLToPath(import.meta.url)));
}

/** There is nothing else to do meanwhile. */
function sleep(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Every program that is started here would stumble over a folder for temporary files that is not there, each in its own words. */
function leaveOutMissingFolders() {
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) {
    const folder = process.env[name];
    if (folder === undefined || isFolderToWriteTo(folder)) continue;
    delete process.env[name];
    if (folder !== '') console.error(t('first.no-tmpdir', { name, folder, instead: os.tmpdir() }));
  }
}

function isFolderToWriteTo(folder) {
  try {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    return statSync(folder).isDirectory();
  } catch {
    // Missing, or somebody else's: nothing can be put there.
    return false;
  }
}

/** npm notes in node_modules what it has installed; every package of the lock file has to be there in its version. */
function packagesUpToDate() {
  const installed = readJson(path.join(root, 'node_modules', '.package-lock.json'))?.packages;
  if (installed === undefined) return false;
  const wanted = readJson(path.join(root, 'package-lock.json')).packages;
  return Object.entries(wanted).every(
    ([place, { version, optional, peer }]) =>
      place === '' || (installed[place]?.version ?? (optional || peer ? version : undefined)) === version,
  );
}

function installPackages() {
  const { bavail, bsize } = fs.statfsSync(root);
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free < NEEDED_MB) {
    throw new Error(t('first.room', { folder: root, free, needed: NEEDED_MB }));
  }
  console.log(t('first.fetching'));
  // Without its warnings: Node-RED 5 wants a newer Node.js than the system's, and gets it.
  // A minute without a word, as npm has it, is long where there is no network at all.
  const retries = ['--fetch-retries=3', '--fetch-retry-factor=3', '--fetch-retry-mintimeout=2000'];
  npm('ci', ...WHOLE, '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', ...retries);
}

function isNodeThere() {
  return isRight(nodeVersion());
}

function isRight(version) {
  return version?.startsWith(`v${NODE_MAJOR}.`) === true;
}

/** The npm package "node" fetches its program in an install script, which npm may have been told not to run. */
function fetchNode() {
  const { NODE_OPTIONS: options, ...rest } = process.env;
  if (options && isRight(nodeVersion(rest))) {
    throw new Error(t('first.node-options', { options, major: NODE_MAJOR }));
  }
  npm('rebuild', 'node');
  const version = nodeVersion();
  if (isRight(version)) return;
  const params = { node: path.relative('', node), major: NODE_MAJOR, version: version ?? t('first.missing') };
  throw new Error(t('first.node', params));
}

function nodeVersion(env = process.env) {
  try {
    return execFileSync(node, ['--version'], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // Missing or not for this machine: there is no version to tell.
    return undefined;
  }
}

/** What stands in the checkout is made by whoever starts it; where that can't be, the tools below say so less clearly. */
function requireWritable(folder) {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
  } catch (error) {
    throw new Error(setupSentence(`${error.code} ${folder}`, folder, process.env) ?? error.message, {
      cause: error,
    });
  }
}

/** Built to its end, and the oldest built file newer than the newest of what it is built from. */
function buildUpToDate() {
  const dist = path.join(root, 'dist');
  if (!existsSync(completeMark(root))) return false;
  const built = files(dist).filter((file) => file.endsWith('.js'));
  if (built.length === 0) return false;
  const sources = [
    ...files(path.join(root, 'nodes')),
    ...['tsconfig.json', 'tsconfig.build.json', 'tools/build.mjs'].map((file) => path.join(root, file)),
  ];
  return Math.min(...built.map(modified)) > Math.max(...sources.map(modified));
}

function build() {
  console.log(t('first.building'));
  requireWritable(existsSync(path.join(root, 'dist')) ? path.join(root, 'dist') : root);
  try {
    execFileSync(node, [path.join(root, 'tools', 'build.mjs')], {
      cwd: root,
      stdio: 'inherit',
      env: environment(),
    });
  } catch {
    // The compiler has said what is wrong. Half a build must not pass for a whole one the next time.
    rmSync(path.join(root, 'dist'), { recursive: true, force: true });
    throw new Error(t('first.build-failed'));
  }
}

function run(program, args) {
  // kafkajs 2.2.4 sets a timer to a negative time on Node.js 24; it does no harm and people can't do anything about it.
  const options = ['--disable-warning=TimeoutNegativeWarning', '--require', 'tsx/cjs'];
  const child = spawn(node, [...options, path.join(root, program), ...args], {
    cwd: root,
    // The program learns from its end of the channel when this process is gone.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: environment(),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  whenLeftAlone(() => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function npm(...args) {
  // Below an npm script this is the very npm that runs it.
  const own = process.env.npm_execpath;
  const [command, before] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []];
  const logs = fs.mkdtempSync(path.join(os.tmpdir(), 'npm-logs-'));
  try {
    execFileSync(command, [...before, ...args, '--logs-dir', logs], { cwd: root, stdio: 'inherit' });
    rmSync(logs, { recursive: true, force: true });
  } catch {
    // Its terminal shows progress, so what it said is read from its log.
    const said = files(logs)
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const folder = path.join(root, 'node_modules');
    const sentence = setupSentence(errorsOf(said), folder, process.env);
    throw new Error(sentence ?? t('first.npm-failed', { command: args[0] }));
  }
}

/** Of npm's log the errors: what it only tried again is no reason. */
function errorsOf(log) {
  return log
    .split('\n')
    .filter((line) => /^\d+ error /.test(line))
    .join('\n');
}

function environment() {
  return { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

function files(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    return entry.isDirectory() ? files(place) : [place];
  });
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Gone meanwhile, or this system has no such file.
    return undefined;
  }
}

function modified(file) {
  return statSync(file).mtimeMs;
}
