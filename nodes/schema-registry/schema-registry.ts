import path from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { serveConnectionTest } from '../shared/connection-test';
import { onClose } from '../shared/node-lifecycle';
import { nameUnnamed } from '../shared/node-name';
import { tlsOptionsOf } from '../shared/tls-config';
import { localizeError, translator } from '../shared/translate';
import { toError } from '../shared/user-error';
import { withoutSignIn } from '../shared/without-sign-in';
import { readRegistryConfig, type RegistryConfig, type RegistryCredentials } from './config';
import { testConnection } from './connection-test';
import { KeptSchemas } from './kept-schemas';
import { ConfluentRegistry } from './registry';
import type { SchemaRegistryNode } from './types';

type ThisNode = SchemaRegistryNode & Node<RegistryCredentials>;
type ThisDef = NodeDef & RegistryConfig;

/** In the user directory. */
const KEPT = path.join('serial-kafka-mongo', 'schemas');

export = function (RED: NodeAPI): void {
  const t = translator(RED);
  const tlsOf = ({ tls }: RegistryConfig) => tlsOptionsOf(RED, tls, 'schema-registry.errors.tls-config');

  function SchemaRegistryConfigNode(this: ThisNode, config: ThisDef): void {
    RED.nodes.createNode(this, config);
    // Before it is known whether the address is one that may be shown.
    nameUnnamed(RED, this, withoutSignIn(`${config.url ?? ''}`));
    try {
      const registry = new ConfluentRegistry(
        readRegistryConfig(config, this.credentials ?? {}, tlsOf(config)),
        new KeptSchemas(path.join(RED.settings.userDir ?? process.cwd(), KEPT), (problem) =>
          this.warn(localizeError(problem, t).message),
        ),
      );
      this.registry = registry;
      onClose(this, t, () => Promise.resolve(registry.close()));
    } catch (error) {
      this.problem = localizeError(toError(error), t);
      this.error(this.problem.message);
    }
  }

  RED.nodes.registerType<ThisNode, ThisDef, object, RegistryCredentials>(
    'schema-registry',
    SchemaRegistryConfigNode,
    { credentials: { username: { type: 'text' }, password: { type: 'password' } } },
  );

  serveConnectionTest(RED, 'schema-registry', (fields, signal) =>
    testConnection(readRegistryConfig(fields, fields, tlsOf(fields)), signal),
  );
};
