import type { Finding } from '../shared/connection-test';
import { RegistryClient } from './client/registry-client';
import type { Server } from './client/request';

/**
 * Asks as the nodes would, and tells what there is. Nothing is written.
 * @throws UserError (a rejection) that says why there is no answer
 */
export async function testConnection(server: Server, signal: AbortSignal): Promise<Finding[]> {
  const client = new RegistryClient(server);
  const close = (): void => client.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    const count = await client.countSubjects();
    return [finding('good', 'subjects', { url: server.url, count })];
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

function finding(level: Finding['level'], name: string, params: Finding['params']): Finding {
  return { level, key: `schema-registry.test.${name}`, params };
}
