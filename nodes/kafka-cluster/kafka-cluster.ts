import type { Node, NodeAPI, NodeDef } from 'node-red';
import { serveConnectionTest } from '../shared/connection-test';
import { onClose } from '../shared/node-lifecycle';
import { nameUnnamed } from '../shared/node-name';
import { tlsOptionsOf } from '../shared/tls-config';
import { localizeError, translator } from '../shared/translate';
import { toError } from '../shared/user-error';
import { KafkaJsCluster } from './cluster';
import { readClusterConfig, type ClusterConfig, type ClusterCredentials } from './config';
import { testConnection } from './connection-test';
import { checkKafkaJs } from './kafkajs-check';
import type { KafkaClusterNode } from './types';

type ThisNode = KafkaClusterNode & Node<ClusterCredentials>;
type ThisDef = NodeDef & ClusterConfig;

export = function (RED: NodeAPI): void {
  const t = translator(RED);
  let remarked = false;
  const tlsOf = ({ tls }: ClusterConfig) => tlsOptionsOf(RED, tls, 'kafka-cluster.errors.tls-config');

  function KafkaClusterConfigNode(this: ThisNode, config: ThisDef): void {
    RED.nodes.createNode(this, config);
    nameUnnamed(RED, this, config.brokers);
    let cluster: KafkaJsCluster;
    try {
      const remark = checkKafkaJs();
      if (remark && !remarked) this.warn(localizeError(remark, t).message);
      remarked = true;
      const settings = readClusterConfig(config, this.credentials ?? {}, tlsOf(config));
      cluster = new KafkaJsCluster(settings, (line, level) => this[level](line), {
        localize: (error) => localizeError(error, t),
        refused: (error) => this.error(localizeError(error, t).message),
      });
    } catch (error) {
      this.problem = localizeError(toError(error), t);
      this.error(this.problem.message);
      return;
    }
    cluster.onOutage({
      begins: (error) =>
        this.warn(t('kafka-cluster.outage.begins', { reason: localizeError(error, t).message })),
      ends: (seconds) => this.log(t('kafka-cluster.outage.ends', { brokers: cluster.description, seconds })),
    });
    this.cluster = cluster;
    // Node-RED closes this node and its users at the same time: the users come first.
    onClose(this, t, () => cluster.drained());
  }

  RED.nodes.registerType<ThisNode, ThisDef, object, ClusterCredentials>(
    'kafka-cluster',
    KafkaClusterConfigNode,
    {
      credentials: {
        username: { type: 'text' },
        password: { type: 'password' },
        oauthClientId: { type: 'text' },
        oauthClientSecret: { type: 'password' },
      },
    },
  );

  serveConnectionTest(RED, 'kafka-cluster', (fields, signal) =>
    testConnection(readClusterConfig(fields, fields, tlsOf(fields)), signal),
  );
};
