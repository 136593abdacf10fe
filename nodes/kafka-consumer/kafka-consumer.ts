import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { KafkaCluster, KafkaClusterNode } from '../kafka-cluster/types';
import { confirm, reject } from '../shared/deliveries';
import { onFlowsStarted, onceFlowsStarted } from '../shared/flows-started';
import type { PipelineMessage } from '../shared/messages';
import { StatusDisplay } from '../shared/status-display';
import { localizeError, translator } from '../shared/translate';
import { UserError, toError } from '../shared/user-error';
import { readCommand } from './commands';
import { readConsumerConfig, type ConsumerConfig, type ConsumerSettings } from './config';
import { confirmPolicy, type ConfirmPolicy, type FlowNode } from './confirm-policy';
import { RecordConsumer } from './consumer';
import { touchesAnything, type FlowsStarted } from './deploy';
import { describeStatus } from './status';

/** Inside a subflow Node-RED gives each instance's node an id of its own and keeps the template's in `_alias`. */
type ThisNode = Node & { _alias?: string };

const STATUS_INTERVAL_MS = 500;

export = function (RED: NodeAPI): void {
  const t = translator(RED);

  function KafkaConsumerNode(this: ThisNode, config: NodeDef & ConsumerConfig): void {
    RED.nodes.createNode(this, config);
    try {
      run(this, readConsumerConfig(config), clusterOf(config.cluster));
    } catch (thrown) {
      refuse(this, localizeError(toError(thrown), t));
    }
  }

  function run(node: ThisNode, settings: ConsumerSettings, cluster: KafkaCluster): void {
    let started = false;
    let policy: ConfirmPolicy = { by: 'flow', because: 'setting' };
    const consumer = new RecordConsumer(node.id, settings, cluster, {
      send: (message) => node.send(message),
      sendAside: (message, error) => node.send([null, withText(message, error)]),
      report: (error, about) => node.error(localizeError(error, t), about ?? {}),
    });
    const display = new StatusDisplay((status) => node.status(status));
    const show = (): void => display.set(describeStatus(consumer.overview(), settings.groupId, policy, t));
    let timer: NodeJS.Timeout | undefined;

    // Only now do all nodes of the flow exist: what is sent earlier may reach none of them.
    const stopWaiting = onFlowsStarted(RED.events, (event) => {
      policy = confirmPolicy(settings.confirm, node._alias ?? node.id, node.z, flowNodes());
      consumer.confirmsByHandingOn(policy.by === 'handed-on');
      if (!started) {
        started = true;
        consumer.start();
        timer = setInterval(show, STATUS_INTERVAL_MS);
      } else if (touchesAnything(event as FlowsStarted)) {
        consumer.deployed();
      }
      show();
    });

    node.on('input', (message, _send, done) => {
      try {
        execute(consumer, message as PipelineMessage, (error) =>
          error ? done(localizeError(error, t)) : done(),
        );
      } catch (thrown) {
        done(localizeError(toError(thrown), t));
      }
    });

    node.on('close', (done: () => void) => {
      stopWaiting();
      clearInterval(timer);
      display.close();
      consumer
        .close()
        .catch((error: unknown) => node.warn(toError(error).message))
        .finally(done);
    });
  }

  function execute(consumer: RecordConsumer, message: PipelineMessage, done: (error?: Error) => void): void {
    const command = readCommand(message);
    switch (command.action) {
      case 'confirm':
        confirm(message);
        return done();
      case 'reject':
        reject(message, command.reason);
        return done();
      case 'pause':
        consumer.pause();
        return done();
      case 'resume':
        consumer.resume();
        return done();
      case 'seek':
        consumer.seek(command).then(
          () => done(),
          (error: unknown) => done(toError(error)),
        );
    }
  }

  /** A node that can't work says why in its status and for each message. */
  function refuse(node: Node, error: Error): void {
    const stopWaiting = onceFlowsStarted(RED.events, () => {
      node.error(error, {});
      node.status({ fill: 'red', shape: 'ring', text: error.message });
    });
    node.on('input', (_message, _send, done) => done(error));
    node.on('close', stopWaiting);
  }

  function clusterOf(id: string | undefined): KafkaCluster {
    const node = id ? (RED.nodes.getNode(id) as KafkaClusterNode | null) : null;
    if (!node?.cluster) throw node?.problem ?? new UserError('kafka-consumer.errors.no-cluster');
    return node.cluster;
  }

  function flowNodes(): FlowNode[] {
    const nodes: FlowNode[] = [];
    RED.nodes.eachNode((node) => nodes.push(node as NodeDef & FlowNode));
    return nodes;
  }

  function withText(message: PipelineMessage, error: UserError): PipelineMessage {
    return { ...message, error: { ...(message.error as object), message: localizeError(error, t).message } };
  }

  RED.nodes.registerType('kafka-consumer', KafkaConsumerNode);
};
