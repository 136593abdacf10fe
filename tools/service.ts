import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readCommandLine } from '../stack/command-line';
import { SettingError } from '../stack/config';
import { ROOT } from '../stack/paths';
import { installing, uninstalling, type Step } from './service/steps';
import { complaintsOf, findUser, ownerOf, serialGroups } from './service/system';
import { unitOf, type ServiceSettings } from './service/unit';
import { t } from '../stack/texts/texts.mjs';

const NAME = /^[a-z][a-z0-9_-]{0,30}$/;

interface Order {
  verb: string;
  dryRun: boolean;
  service: ServiceSettings;
}

function readOrder(args: readonly string[]): Order {
  const end = args.indexOf('--');
  const options = end < 0 ? [] : args.slice(end + 1);
  const { values, positionals } = parse(end < 0 ? args : args.slice(0, end));
  const [verb, ...more] = positionals;
  if (verb === undefined || more.length > 0) throw new SettingError('npm run service', t('service.usage'));
  const { name, user = ownerOf(ROOT), 'dry-run': dryRun } = values;
  for (const [option, value] of Object.entries({ '--name': name, '--user': user })) {
    if (!NAME.test(value)) throw new SettingError(option, t('service.name', { value }));
  }
  const dataDir = values['data-dir'] ?? `/var/lib/${name}`;
  if (!path.isAbsolute(dataDir))
    throw new SettingError('--data-dir', t('service.absolute', { value: dataDir }));
  // What npm start would refuse, a service would refuse each ten seconds.
  readCommandLine(options);
  const node = process.env.npm_node_execpath ?? process.execPath;
  const service = {
    name,
    user,
    root: ROOT,
    dataDir,
    environmentFile: `/etc/${name}.env`,
    node,
    path: [...new Set([path.dirname(node), '/usr/local/bin', '/usr/bin', '/bin'])],
    options,
    groups: serialGroups(),
  };
  return { verb, dryRun, service };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        user: { type: 'string' },
        name: { type: 'string', default: 'serial-kafka-mongo' },
        'data-dir': { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new SettingError('npm run service', `${(error as Error).message}\n${t('service.usage')}`);
  }
}

function carryOut(steps: readonly Step[], dryRun: boolean): void {
  if (!dryRun && process.getuid?.() !== 0) throw new SettingError('npm run service', t('service.root'));
  for (const { says, run } of steps) {
    console.log(dryRun ? t('service.would', { what: says }) : says);
    if (!dryRun) run();
  }
}

/** @returns whether systemd-analyze finds nothing wrong */
function check(service: ServiceSettings): boolean {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'service-'));
  try {
    const file = path.join(folder, `${service.name}.service`);
    writeFileSync(file, unitOf(service));
    const complaints = complaintsOf(file);
    if (complaints === undefined) throw new SettingError('npm run service', t('service.no-analyze'));
    console.log(complaints === '' ? t('service.fine') : complaints);
    return complaints === '';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function main(): number {
  const args = process.argv.slice(2);
  if (args.length === 0 || args[0] === '--help' || args[0] === '-h') {
    console.log(t('service.usage'));
    return 0;
  }
  const { verb, dryRun, service } = readOrder(args);
  switch (verb) {
    case 'print':
      console.log(unitOf(service));
      return 0;
    case 'check':
      return check(service) ? 0 : 1;
    case 'install':
      carryOut(installing(service, { findUser, owner: ownerOf(ROOT) }), dryRun);
      return 0;
    case 'uninstall':
      carryOut(uninstalling(service), dryRun);
      return 0;
    default:
      throw new SettingError(
        'npm run service',
        `${t('setting.none-of', { value: verb, choices: 'install, uninstall, print, check' })}\n${t('service.usage')}`,
      );
  }
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
