import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installing, uninstalling } from '../../../tools/service/steps';
import { complaintsOf } from '../../../tools/service/system';
import { unitOf, type ServiceSettings } from '../../../tools/service/unit';
import { skip } from '../../support/skip';

const service: ServiceSettings = {
  name: 'serial-kafka-mongo',
  user: 'nodered',
  root: '/opt/readings',
  dataDir: '/var/lib/readings',
  environmentFile: '/etc/readings-of-a-test.env',
  node: '/usr/bin/node',
  path: ['/usr/bin', '/bin'],
  options: ['--role', 'edge'],
  groups: ['dialout'],
};

function lineOf(unit: string, setting: string): string | undefined {
  return unit.split('\n').find((line) => line.startsWith(`${setting}=`));
}

describe('the service of systemd', () => {
  it('runs npm start with its options, as its user, who may open serial devices', () => {
    const unit = unitOf(service);
    assert.equal(
      lineOf(unit, 'ExecStart'),
      'ExecStart="/usr/bin/node" "/opt/readings/tools/bootstrap.mjs" "/opt/readings/stack/main.ts" "--role" "edge"',
    );
    assert.equal(lineOf(unit, 'User'), 'User=nodered');
    assert.equal(lineOf(unit, 'SupplementaryGroups'), 'SupplementaryGroups=dialout');
    assert.equal(lineOf(unit, 'EnvironmentFile'), 'EnvironmentFile=-/etc/readings-of-a-test.env');
  });

  it('keeps a path as it is that systemd would read otherwise', () => {
    const unit = unitOf({ ...service, root: '/opt/100 % "$HOME"', dataDir: '/srv/datos ñ' });
    assert.equal(lineOf(unit, 'WorkingDirectory'), 'WorkingDirectory=/opt/100 %% "$HOME"');
    assert.ok(lineOf(unit, 'ExecStart')?.includes('"/opt/100 %% \\"$$HOME\\"/stack/main.ts"'));
    assert.equal(lineOf(unit, 'Environment'), 'Environment="DATA_DIR=/srv/datos ñ"');
  });

  it('is what systemd-analyze finds nothing wrong with', function () {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'service-test-'));
    try {
      const file = path.join(folder, 'readings.service');
      // A program that is there, as systemd-analyze looks for it.
      writeFileSync(file, unitOf({ ...service, user: 'root', node: process.execPath, groups: [] }));
      const complaints = complaintsOf(file);
      if (complaints === undefined) return skip(this, 'systemd-analyze is missing');
      assert.equal(complaints, '');
      writeFileSync(file, unitOf(service).replace('KillMode=mixed', 'KillMode=gently'));
      assert.match(complaintsOf(file) ?? '', /gently/, 'it would have told a mistake');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  describe('when it is installed', () => {
    const told = (owner: string, known: boolean): string[] =>
      installing(service, { findUser: () => (known ? { uid: 1, gid: 1 } : undefined), owner }).map(
        ({ says }) => says,
      );

    it('says each thing that it does, the user and the checkout first', () => {
      const says = told('ana', false);
      assert.match(says[0] ?? '', /^make the system user nodered/);
      assert.match(says[1] ?? '', /^give \/opt\/readings to nodered/);
      assert.match(says.at(-1) ?? '', /enable --now serial-kafka-mongo/);
    });

    it('makes no user that is there, and leaves a checkout to whose it is', () => {
      assert.deepEqual(
        told('nodered', true).filter((says) => /^(make the system user|give)/.test(says)),
        [],
      );
    });
  });

  it('leaves data and variables where they are when it is taken away', () => {
    const says = uninstalling(service).map((step) => step.says);
    assert.ok(says.includes('leave /var/lib/readings and /etc/readings-of-a-test.env as they are'));
  });
});
