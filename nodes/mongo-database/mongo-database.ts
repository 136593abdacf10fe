import type { Node, NodeAPI, NodeDef } from 'node-red';
import { serveConnectionTest } from '../shared/connection-test';
import { onClose } from '../shared/node-lifecycle';
import { nameUnnamed } from '../shared/node-name';
import { tlsOptionsOf } from '../shared/tls-config';
import { localizeError, translator } from '../shared/translate';
import { toError } from '../shared/user-error';
import { MongoConnection } from './client';
import { testConnection } from './connection-test';
import { connectionSettings } from './settings';
import type { MongoDatabaseNode } from './types';

interface MongoDatabaseDef extends NodeDef {
  uri: string;
  database: string;
  /** id of a tls-config node, empty for none */
  tls?: string;
}

interface Credentials {
  username?: string;
  password?: string;
}

type ConfigNode = MongoDatabaseNode & Node<Credentials>;

export = function register(RED: NodeAPI): void {
  const translate = translator(RED);
  const tlsOf = (id: string | undefined) => tlsOptionsOf(RED, id, 'mongo-database.errors.tls-config');

  function MongoDatabaseConfigNode(this: ConfigNode, def: MongoDatabaseDef) {
    RED.nodes.createNode(this, def);
    nameUnnamed(RED, this, def.database);
    try {
      const { uri, database, tls } = def;
      const { username, password } = this.credentials;
      const settings = connectionSettings({ uri, database, username, password }, tlsOf(tls));
      const connection = new MongoConnection(settings, (error) =>
        this.error(localizeError(error, translate).message),
      );
      this.mongo = connection;
      onClose(this, translate, () => connection.close());
    } catch (error) {
      this.problem = localizeError(toError(error), translate);
      this.error(this.problem.message);
    }
  }

  RED.nodes.registerType<ConfigNode, MongoDatabaseDef, object, Credentials>(
    'mongo-database',
    MongoDatabaseConfigNode,
    {
      credentials: { username: { type: 'text' }, password: { type: 'password' } },
    },
  );

  serveConnectionTest(RED, 'mongo-database', (fields, signal) =>
    testConnection(connectionSettings(fields, tlsOf(fields.tls)), signal),
  );
};
