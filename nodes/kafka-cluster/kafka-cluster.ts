// First of all: see there.
import './faster-kafkajs';
import type tls from 'node:tls';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { localizeError, translator } from '../shared/translate';
import { UserError, toError } from '../shared/user-error';
import { KafkaJsCluster } from './cluster';
import { readClusterConfig, type ClusterConfig, type ClusterCredentials } from './config';
import type { KafkaClusterNode } from './types';

/** The core tls-config node, as far as this one uses it. */
interface TlsConfigNode extends Node {
  valid: boolean;
  addTLSOptions(options: tls.ConnectionOptions): tls.ConnectionOptions;
}

type ThisNode = KafkaClusterNode & Node<ClusterCredentials>;
type ThisDef = NodeDef & ClusterConfig;

export = function (RED: NodeAPI): void {
  const t = translator(RED);

  function KafkaClusterConfigNode(this: ThisNode, config: ThisDef): void {
    RED.nodes.createNode(this, config);
    let cluster: KafkaJsCluster;
    try {
      const settings = readClusterConfig(config, this.credentials ?? {}, tlsOptions(config.tls));
      cluster = new KafkaJsCluster(settings, (line) => this.debug(line));
    } catch (error) {
      this.problem = localizeError(toError(error), t);
      this.error(this.problem.message);
      return;
    }
    this.cluster = cluster;
    // Node-RED closes this node and its users at the same time: the users come first.
    this.on('close', (done: () => void) => void cluster.drained().then(done));
  }

  function tlsOptions(id: string | undefined): tls.ConnectionOptions | undefined {
    if (!id) return undefined;
    const node = RED.nodes.getNode(id) as TlsConfigNode | null;
    if (!node?.valid) throw new UserError('kafka-cluster.errors.tls-config');
    return node.addTLSOptions({});
  }

  RED.nodes.registerType<ThisNode, ThisDef, object, ClusterCredentials>(
    'kafka-cluster',
    KafkaClusterConfigNode,
    {
      credentials: { username: { type: 'text' }, password: { type: 'password' } },
    },
  );
};
