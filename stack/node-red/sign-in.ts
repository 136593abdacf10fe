import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FlowsError, type FlowNode } from './flows';
import { SECRET_FILE } from './user-dir';
import { writeWhole } from '../write-whole';

const FLOWS = 'flows.json';
const CREDENTIALS = 'flows_cred.json';
/** Where the shipped flows have the addresses of Kafka from, and how they then sign in there. */
const BROKERS = '${KAFKA_BROKERS}';
const MECHANISM = '${KAFKA_SASL}';
const LOGIN = { username: '${KAFKA_USER}', password: '${KAFKA_PASSWORD}' };
const ALGORITHM = 'aes-256-ctr';
/** Bytes of the initial counter, which stands in hexadecimal digits before what is encrypted. */
const COUNTER = 16;

type Credentials = Record<string, Record<string, unknown>>;

/**
 * Lets the flows of a user directory sign in at the Kafka that `npm start` gives them: config nodes that have its address
 * from KAFKA_BROKERS, and sign in nowhere, take mechanism, user and password from the environment too. All else, and
 * those where a person has entered something, stays as it is.
 * @returns how many were changed; Node-RED must not run
 * @throws FlowsError where the credentials can't be read
 */
export async function signInFlows(userDir: string): Promise<number> {
  const flows = await readFlows(path.join(userDir, FLOWS));
  const open = flows?.filter(isOpen) ?? [];
  if (flows === undefined || open.length === 0) return 0;
  const key = createHash('sha256')
    .update(await readFile(path.join(userDir, SECRET_FILE), 'utf8'))
    .digest();
  const credentials = await readCredentials(path.join(userDir, CREDENTIALS), key);
  for (const node of open) {
    credentials[node.id] = { ...credentials[node.id], ...LOGIN };
    node.sasl = MECHANISM;
  }
  // These first: without the mechanism they are of no use and do no harm.
  await writeWhole(path.join(userDir, CREDENTIALS), JSON.stringify(encrypted(credentials, key)));
  await writeWhole(path.join(userDir, FLOWS), JSON.stringify(flows, null, 4));
  return open.length;
}

function isOpen({ type, brokers, sasl = '' }: FlowNode): boolean {
  return type === 'kafka-cluster' && brokers === BROKERS && (sasl === '' || sasl === 'none');
}

/** @returns undefined for what is no list of nodes, of which Node-RED tells its owner */
async function readFlows(file: string): Promise<FlowNode[] | undefined> {
  try {
    const flows: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(flows) ? (flows as FlowNode[]) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** As Node-RED keeps them: one text, encrypted with the key of its settings; as they are where it has none. */
async function readCredentials(file: string, key: Buffer): Promise<Credentials> {
  if (!existsSync(file)) return {};
  try {
    const saved = JSON.parse(await readFile(file, 'utf8')) as Credentials & { $?: unknown };
    if (typeof saved.$ !== 'string') return saved;
    const counter = Buffer.from(saved.$.slice(0, 2 * COUNTER), 'hex');
    const decipher = createDecipheriv(ALGORITHM, key, counter);
    const text = decipher.update(saved.$.slice(2 * COUNTER), 'base64', 'utf8') + decipher.final('utf8');
    return JSON.parse(text) as Credentials;
  } catch (cause) {
    const { message } = cause as Error;
    throw new FlowsError(`${file} can't be read with the key in ${SECRET_FILE} beside it (${message})`, {
      cause,
    });
  }
}

function encrypted(credentials: Credentials, key: Buffer): { $: string } {
  const counter = randomBytes(COUNTER);
  const cipher = createCipheriv(ALGORITHM, key, counter);
  const text = cipher.update(JSON.stringify(credentials), 'utf8', 'base64') + cipher.final('base64');
  return { $: counter.toString('hex') + text };
}
