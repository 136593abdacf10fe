import type { Node, NodeAPI } from 'node-red';
import { UserError, toError, type TextParams } from './user-error';
import { withTimeout } from './time-limit';

/** One line of what a test of a connection found. Its text stands in the node's catalog, in the browser's language. */
export interface Finding {
  level: 'good' | 'warning' | 'error';
  /** full: `kafka-cluster.test.cluster` */
  key: string;
  params: TextParams;
}

/** What stands in the dialog, saved or not, with variables and saved passwords put in. Holds secrets. */
export type DialogFields = Readonly<Record<string, string>>;

/**
 * Tries the connection.
 * @param signal aborted when the time is over: close everything then
 * @throws UserError (a rejection) that says why there is no connection
 */
export type ConnectionTest = (fields: DialogFields, signal: AbortSignal) => Promise<Finding[]>;

/** What the dialog sends. */
interface TestRequest {
  /** of the config node, which need not be deployed yet */
  id: string;
  fields: Record<string, string>;
  credentials: Record<string, string>;
}

/** What the editor shows in a password's field while the password itself stays in the runtime. */
const SAVED_PASSWORD = '__PWRD__';
const LIMIT_MS = 10_000;
const VARIABLE = /^\$\{([^}\s]+)\}$/;

/**
 * Serves `POST <httpAdminRoot>/<type>/test`, behind the dialog's button. It makes the runtime connect to an address of
 * the asker's choice with a saved password, as a deploy does: so it takes the right to change the node.
 */
export function serveConnectionTest(RED: NodeAPI, type: string, test: ConnectionTest): void {
  RED.httpAdmin.post(`/${type}/test`, RED.auth.needsPermission(`${type}.write`), (request, response) => {
    const asked: unknown = request.body;
    if (!isTestRequest(asked)) {
      response.status(400).json({ message: 'expected {id, fields, credentials} as JSON' });
      return;
    }
    void findings(type, (signal) => test(fieldsOf(RED, asked), signal)).then((found) => response.json(found));
  });
}

/** Never rejects: that there is no connection is a finding too. */
async function findings(
  type: string,
  test: (signal: AbortSignal) => Promise<Finding[]>,
): Promise<readonly Finding[]> {
  const over = new AbortController();
  try {
    return await withTimeout(test(over.signal), LIMIT_MS, () => {
      over.abort();
      return new UserError(`${type}.test.no-answer`, { seconds: LIMIT_MS / 1_000 });
    });
  } catch (thrown) {
    const error = toError(thrown);
    const { key, params } =
      error instanceof UserError ? error : new UserError(`${type}.test.failed`, { reason: error.message });
    return [{ level: 'error', key, params }];
  }
}

function fieldsOf(RED: NodeAPI, { id, fields, credentials }: TestRequest): DialogFields {
  const node = RED.nodes.getNode(id);
  const saved = (RED.nodes.getCredentials(id) ?? {}) as Record<string, string | undefined>;
  const given = Object.entries(credentials).map(([name, value]) => [
    name,
    value === SAVED_PASSWORD ? (saved[name] ?? '') : value,
  ]);
  const all = { ...fields, ...(Object.fromEntries(given) as Record<string, string>) };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, fromEnvironment(RED, node, value)]),
  );
}

/** As the runtime does it at a deploy: a value that is nothing but `${NAME}`, where there is a NAME. */
function fromEnvironment(RED: NodeAPI, node: Node | null, value: string): string {
  const name = VARIABLE.exec(value)?.[1];
  if (name === undefined) return value;
  const util = RED.util as unknown as {
    getSetting(node: Node | null, name: string): string | undefined;
  };
  return util.getSetting(node, name) ?? value;
}

function isTestRequest(value: unknown): value is TestRequest {
  const { id, fields, credentials } = (value ?? {}) as Partial<TestRequest>;
  return typeof id === 'string' && isTexts(fields) && isTexts(credentials);
}

function isTexts(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}
