import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, chownSync, rmSync, writeFileSync } from 'node:fs';
import { SettingError } from '../../stack/config';
import { ENVIRONMENT_TEMPLATE, unitOf, type ServiceSettings } from './unit';
import { t } from '../../stack/texts/texts.mjs';

/** One thing that an installation does, and what it says of it. */
export interface Step {
  says: string;
  run: () => void;
}

/** What the system says of a user; undefined: there is none of this name. */
export interface SystemUser {
  uid: number;
  gid: number;
}

/** @returns the place of the unit's file */
export function unitFile(name: string): string {
  return `/etc/systemd/system/${name}.service`;
}

/** What an installation has to know of the system. */
export interface SystemFacts {
  findUser: (name: string) => SystemUser | undefined;
  /** whose the checkout is */
  owner: string;
}

/** @returns what makes the service start now and with the machine, in order */
export function installing(service: ServiceSettings, { findUser, owner }: SystemFacts): Step[] {
  const { name, user, root, node, dataDir, environmentFile } = service;
  const file = unitFile(name);
  const steps: Step[] = [];
  if (!findUser(user)) {
    steps.push({
      says: t('service.user', { user }),
      run: () =>
        call('useradd', [
          '--system',
          '--user-group',
          '--home-dir',
          dataDir,
          '--no-create-home',
          '--shell',
          '/usr/sbin/nologin',
          user,
        ]),
    });
  }
  if (owner !== user) {
    steps.push({
      says: t('service.give', { root, user }),
      run: () => call('chown', ['-R', '--', `${user}:`, root]),
    });
  }
  steps.push(
    {
      says: t('service.see', { user, node, root }),
      run: () => call('runuser', ['-u', user, '--', node, '--check', `${root}/tools/bootstrap.mjs`]),
    },
    {
      says: t('service.data', { dataDir, user }),
      run: () => {
        mkdirSync(dataDir, { recursive: true, mode: 0o700 });
        const { uid, gid } = findUser(user) ?? { uid: 0, gid: 0 };
        chownSync(dataDir, uid, gid);
      },
    },
  );
  if (existsSync(environmentFile))
    steps.push({ says: t('service.leave', { what: environmentFile }), run: () => undefined });
  else {
    steps.push({
      says: t('service.variables', { file: environmentFile }),
      run: () => writeFileSync(environmentFile, ENVIRONMENT_TEMPLATE, { mode: 0o600 }),
    });
  }
  steps.push(
    { says: t('service.write', { file }), run: () => writeFileSync(file, unitOf(service), { mode: 0o644 }) },
    { says: t('service.tell'), run: () => call('systemctl', ['daemon-reload']) },
    {
      says: t('service.start', { name }),
      run: () => call('systemctl', ['enable', '--now', name]),
    },
  );
  return steps;
}

/** @returns what takes the service away again; its data and its variables stay */
export function uninstalling({ name, dataDir, environmentFile }: ServiceSettings): Step[] {
  const file = unitFile(name);
  return [
    {
      says: t('service.stop', { name }),
      run: () => call('systemctl', ['disable', '--now', name]),
    },
    { says: t('service.remove', { file }), run: () => rmSync(file, { force: true }) },
    { says: t('service.tell'), run: () => call('systemctl', ['daemon-reload']) },
    { says: t('service.leave-both', { dataDir, file: environmentFile }), run: () => undefined },
  ];
}

function call(program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { stdio: 'inherit' });
  } catch (cause) {
    throw new SettingError(
      'npm run service',
      t('service.failed', { command: [program, ...args].join(' ') }),
      { cause },
    );
  }
}
