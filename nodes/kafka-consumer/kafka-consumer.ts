import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { KafkaCluster, KafkaClusterNode } from '../kafka-cluster/types';
import type { SchemaRegistry, SchemaRegistryNode } from '../schema-registry/types';
import { confirm, reject } from '../shared/deliveries';
import type { PipelineMessage } from '../shared/messages';
import { catchOutages } from '../shared/catch-outages';
import { configNode } from '../shared/config-node';
import { NodeLifecycle } from '../shared/node-lifecycle';
import { nameUnnamed } from '../shared/node-name';
import { localizeError, translator } from '../shared/translate';
import type { UserError } from '../shared/user-error';
import { toError } from '../shared/user-error';
import { readCommand } from './commands';
import { readConsumerConfig, type ConsumerConfig, type ConsumerSettings } from './config';
import { confirmPolicy, type ConfirmPolicy, type FlowNode } from './confirming/confirm-policy';
import { RecordConsumer } from './consumer';
import { touchesAnything, type FlowsStarted } from './confirming/flow-changes';
import { describeStatus } from './status';

/** Inside a subflow Node-RED gives each instance's node an id of its own and keeps the template's in `_alias`. */
type ThisNode = Node & { _alias?: string };

const STATUS_INTERVAL_MS = 500;

export = function (RED: NodeAPI): void {
  const t = translator(RED);

  function KafkaConsumerNode(this: ThisNode, config: NodeDef & ConsumerConfig): void {
    RED.nodes.createNode(this, config);
    nameUnnamed(RED, this, config.topics);
    NodeLifecycle.start(RED, this, t, (life) => {
      const settings = readConsumerConfig(config);
      const usesRegistry = [settings.output, settings.keyOutput].includes('registry');
      const registry = usesRegistry ? registryOf(config.registry) : undefined;
      run(this, life, settings, clusterOf(config.cluster), registry);
    });
  }

  function run(
    node: ThisNode,
    life: NodeLifecycle,
    settings: ConsumerSettings,
    cluster: KafkaCluster,
    registry: SchemaRegistry | undefined,
  ): void {
    let policy: ConfirmPolicy = { by: 'flow', because: 'setting' };
    const consumer = new RecordConsumer(
      node.id,
      settings,
      cluster,
      {
        send: (message) => {
          life.measures.count('consumed_records_total', message.kafka?.records?.length ?? 1);
          node.send(message);
        },
        sendAside: (message, error) => {
          const { reason } = message.error as { reason: string };
          life.measures.count('set_aside_records_total', 1, { reason });
          node.send([null, withText(message, error)]);
        },
        report: (error, about) => life.report(error, about),
        warn: (warning) => node.warn(localizeError(warning, t).message),
      },
      registry,
    );
    life.measures.gauges(() => consumer.gauges());
    const show = (): void => life.show(describeStatus(consumer.overview(), settings.groupId, policy, t));
    let timer: NodeJS.Timeout | undefined;

    // Only now do all nodes of the flow exist: what is sent earlier may reach none of them.
    life.onFlowsStarted((event, first) => {
      policy = confirmPolicy(settings.confirm, node._alias ?? node.id, node.z, flowNodes());
      consumer.confirmsByHandingOn(policy.by === 'handed-on');
      if (first) {
        consumer.start();
        timer = setInterval(show, STATUS_INTERVAL_MS);
      } else if (touchesAnything(event as FlowsStarted)) {
        consumer.deployed();
      }
      show();
    });
    life.onInput((message, _send, done) => execute(consumer, message, done));
    const stopListening = settings.catchOutages ? catchOutages(life, cluster) : undefined;
    life.onClose(() => {
      stopListening?.();
      clearInterval(timer);
      return consumer.close();
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

  function clusterOf(id: string | undefined): KafkaCluster {
    return configNode<KafkaClusterNode, 'cluster'>(RED, id, 'cluster', 'kafka-consumer.errors.no-cluster');
  }

  function registryOf(id: string | undefined): SchemaRegistry {
    return configNode<SchemaRegistryNode, 'registry'>(
      RED,
      id,
      'registry',
      'kafka-consumer.errors.no-schema-registry',
    );
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
