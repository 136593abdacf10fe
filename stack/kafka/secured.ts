import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { javaProperties } from '../java/properties';
import { run } from '../process/run';
import { JAVA_ENVIRONMENT } from './jars';

/** Who may sign in at a cluster, and what its brokers know each other by. */
export interface Secured {
  /** of clients, by SCRAM-SHA-512 */
  user: string;
  password: string;
  /** of the key by which the brokers and the program that makes users are let in among themselves */
  internal: string;
}

/** In the folder of the cluster, above those of its brokers. */
const KEY_STORE = 'internal.p12';
/** Says for which user and key the folder was prepared, as a hash. */
const MARK = 'secured-for';
const OWNER_ONLY = 0o600;

/** No clock of a board is that far off, and no cluster lives that long. */
const VALID = ['-startdate', '2000/01/01 00:00:00', '-validity', '36500'];

/**
 * Makes the key of a cluster. SCRAM can't let controllers in: the users stand in what they have to agree on first. So
 * brokers and controllers show each other this one certificate, and nobody else has its key.
 */
export async function prepareKeyStore(dir: string, java: string, secured: Secured): Promise<void> {
  const file = path.join(dir, KEY_STORE);
  if (existsSync(file) && (await isSecuredFor(dir, secured))) return;
  await rm(file, { force: true });
  await rm(path.join(dir, MARK), { force: true });
  // The program of the JDK; a runtime alone has its class too.
  const keytool = 'sun.security.tools.keytool.Main';
  const key = [
    '-genkeypair',
    '-alias',
    'internal',
    '-keyalg',
    'RSA',
    '-keysize',
    '2048',
    '-dname',
    'CN=broker',
  ];
  const store = ['-storetype', 'PKCS12', '-keystore', KEY_STORE, '-storepass:env', 'STORE_PASSWORD'];
  await run(java, [keytool, ...key, '-ext', 'san=ip:127.0.0.1', ...VALID, ...store], {
    cwd: dir,
    env: { ...JAVA_ENVIRONMENT, STORE_PASSWORD: secured.internal },
  });
  await chmod(file, OWNER_ONLY);
}

/**
 * @param signIn the names of the listeners at which clients sign in; all others take only those who show the key
 * @returns settings of a broker, in whose folder they stand
 */
export function securedSettings(secured: Secured, signIn: readonly string[]): Record<string, string> {
  const login = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  return {
    ...keySettings(secured, path.join('..', KEY_STORE)),
    'ssl.client.auth': 'required',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    ...Object.fromEntries(
      signIn.map((name) => [`listener.name.${name.toLowerCase()}.scram-sha-512.sasl.jaas.config`, login]),
    ),
  };
}

/**
 * Makes the user of a running cluster, or gives it its new password; done once.
 * @param javaArgs what runs a program of Kafka's jars, in the folder of a broker
 * @param brokers where the brokers know each other
 */
export async function ensureUser(
  dir: string,
  secured: Secured,
  program: { java: string; javaArgs: readonly string[]; cwd: string },
  brokers: string,
): Promise<void> {
  if (await isSecuredFor(dir, secured)) return;
  // In files, since every user of a machine can read the arguments of its programs.
  const [client, user] = ['make-user-as', 'make-user'].map((name) =>
    path.join(program.cwd, `${name}.properties`),
  );
  try {
    await writeFile(
      client!,
      javaProperties({ 'security.protocol': 'SSL', ...keySettings(secured, path.join('..', KEY_STORE)) }),
      {
        mode: OWNER_ONLY,
      },
    );
    await writeFile(user!, javaProperties({ 'SCRAM-SHA-512': `password=${secured.password}` }), {
      mode: OWNER_ONLY,
    });
    const as = ['--bootstrap-server', brokers, '--command-config', path.basename(client!)];
    const change = ['--alter', '--entity-type', 'users', '--entity-name', secured.user];
    await run(
      program.java,
      [
        ...program.javaArgs,
        'kafka.admin.ConfigCommand',
        ...as,
        ...change,
        '--add-config-file',
        path.basename(user!),
      ],
      { cwd: program.cwd, env: JAVA_ENVIRONMENT },
    );
  } finally {
    await Promise.all([client!, user!].map((file) => rm(file, { force: true })));
  }
  await writeFile(path.join(dir, MARK), hashOf(secured), { mode: OWNER_ONLY });
}

/** @returns whether the user of a cluster's folder has its password already */
async function isSecuredFor(dir: string, secured: Secured): Promise<boolean> {
  const file = path.join(dir, MARK);
  return existsSync(file) && (await readFile(file, 'utf8')) === hashOf(secured);
}

/** Of a long random text nothing can be guessed from it. */
function hashOf({ user, password, internal }: Secured): string {
  return createHash('sha256')
    .update(JSON.stringify([user, password, internal]))
    .digest('hex');
}

/** The certificate is the only one that is trusted. */
function keySettings({ internal }: Secured, file: string): Record<string, string> {
  return {
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': file,
    'ssl.keystore.password': internal,
    'ssl.key.password': internal,
    'ssl.truststore.type': 'PKCS12',
    'ssl.truststore.location': file,
    'ssl.truststore.password': internal,
  };
}
