import path from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { KafkaCluster, KafkaClusterNode } from '../kafka-cluster/types';
import type { RegistryLease, SchemaRegistryNode } from '../schema-registry/types';
import { onceFlowsStarted } from '../shared/flows-started';
import { catchOutages } from '../shared/catch-outages';
import { configNode } from '../shared/config-node';
import { NodeLifecycle } from '../shared/node-lifecycle';
import { nameUnnamed } from '../shared/node-name';
import { localizeError, translator } from '../shared/translate';
import { UserError, toError } from '../shared/user-error';
import { doneText, readCommand } from './commands';
import { readProducerConfig, type ProducerConfig, type ProducerSettings, type TypedValue } from './config';
import { MessageFields } from './record/message-fields';
import { MessagesBack } from './record/messages-back';
import { schemaEncoders } from './record/schema-values';
import { findOrphans } from './outbox/folders';
import { folderOf } from './outbox/place';
import { Pipeline } from './sending/pipeline';
import { outboxGauges } from './gauges';
import { describeStatus, type StatusFacts } from './status';
import type { Evaluate, Evaluator } from './record/typed-values';

const OUTBOXES = path.join('serial-kafka-mongo', 'outbox');
const STATUS_INTERVAL_MS = 500;

export = function (RED: NodeAPI): void {
  const t = translator(RED);
  /** ids of the nodes that have their outbox open */
  const running = new Set<string>();

  function KafkaProducerNode(this: Node, config: NodeDef & ProducerConfig): void {
    RED.nodes.createNode(this, config);
    nameUnnamed(RED, this, config.topic);
    NodeLifecycle.start(RED, this, t, (life) => {
      const settings = readProducerConfig(config);
      const cluster = clusterOf(config.cluster);
      const usesSchemas = settings.schemas !== undefined || settings.keySchemas;
      run(this, life, settings, cluster, usesSchemas ? registryOf(config.registry) : undefined);
    });
  }

  function run(
    node: Node,
    life: NodeLifecycle,
    settings: ProducerSettings,
    cluster: KafkaCluster,
    registry: RegistryLease | undefined,
  ): void {
    const encoders = registry && schemaEncoders(settings, registry);
    const fields = new MessageFields(settings, evaluatorOf(node), encoders);
    const back = new MessagesBack(registry);
    const directory = path.join(outboxes(), folderOf(node.id));
    running.add(node.id);
    const pipeline = new Pipeline(settings, cluster, directory, {
      acknowledged: (records, offsetOf) => {
        life.measures.count('produced_records_total', records.length);
        // Making the messages again is a good part of the work, and mostly for nobody.
        if (!isWired(node)) return;
        records.forEach((record, i) => {
          const offset = offsetOf(i);
          const place = { partition: record.partition, ...(offset === undefined ? {} : { offset }) };
          back.of(record, place, (message) => life.send(message));
        });
      },
      refused: (record, error) => {
        life.measures.count('refused_records_total');
        const reason = localizeError(error, t).message;
        const kept = new UserError('kafka-producer.errors.kept-refused', { reason }, { cause: error });
        back.of(record, { partition: record.partition }, (message) => life.report(kept, message));
      },
      held: (record, error) =>
        back.of(record, { partition: record.partition }, (message) => life.report(error, message)),
      warning: (error) => node.warn(localizeError(error, t).message),
    });
    life.measures.gauges(() => outboxGauges(pipeline.facts().stats, Date.now()));
    const facts = (): StatusFacts => {
      const known = pipeline.facts();
      return { ...known, problem: known.problem ?? registry?.problem?.error };
    };
    const timer = setInterval(() => life.show(describeStatus(facts(), Date.now(), t)), STATUS_INTERVAL_MS);

    life.onInput((message, _send, done) => {
      const command = readCommand(message);
      if (!command) {
        fields.read(message, (error, read) => (read ? pipeline.accept(read, done) : done(error)));
        return;
      }
      pipeline.run(command).then(
        (count) => {
          const { key, params } = doneText(command);
          node.warn(t(key, { count, ...params }));
          done();
        },
        (error: unknown) => done(toError(error)),
      );
    });
    const stopListening = settings.catchOutages ? catchOutages(life, cluster) : undefined;
    life.onClose(async (removed) => {
      stopListening?.();
      clearInterval(timer);
      running.delete(node.id);
      registry?.release();
      try {
        await pipeline.close();
      } finally {
        if (removed) pipeline.warnOfRemoval();
      }
    });
  }

  function outboxes(): string {
    return path.join(RED.settings.userDir ?? process.cwd(), OUTBOXES);
  }

  /** Looks at all nodes there are, since a disabled one has not been made; what a deploy leaves is told by the node. */
  async function reportOrphans(): Promise<void> {
    const known = new Set<string>();
    RED.nodes.eachNode(({ id }) => known.add(id));
    // A node in a subflow is named after the subflow's instance and itself.
    const isKnown = (id: string): boolean => running.has(id) || known.has(id.slice(id.lastIndexOf('-') + 1));
    const directory = outboxes();
    const orphans = await findOrphans(directory, isKnown, (folder, error) => {
      const params = { directory: path.join(directory, folder), reason: error.message };
      RED.log.warn(t('kafka-producer.errors.outbox', params));
    });
    for (const { folder, count } of orphans) {
      const params = { count, directory: path.join(directory, folder), outbox: folder };
      RED.log.warn(t('kafka-producer.errors.orphaned', params));
    }
  }

  /** Node-RED keeps the wires of a node in a property that its types leave out; a deploy may change them. */
  function isWired(node: Node): boolean {
    const [first] = (node as Node & { wires: readonly (readonly string[])[] }).wires;
    return first !== undefined && first.length > 0;
  }

  function clusterOf(id: string | undefined): KafkaCluster {
    return configNode<KafkaClusterNode, 'cluster'>(RED, id, 'cluster', 'kafka-producer.errors.no-cluster');
  }

  function registryOf(id: string | undefined): RegistryLease {
    return configNode<SchemaRegistryNode, 'registry'>(
      RED,
      id,
      'registry',
      'kafka-producer.errors.no-schema-registry',
    ).acquire();
  }

  function evaluatorOf(node: Node): Evaluator {
    return {
      property: (message, property) => RED.util.getMessageProperty(message, property) as unknown,
      prepare: (typed) =>
        typed.type === 'jsonata' ? prepareJsonata(node, typed) : prepareTyped(node, typed),
    };
  }

  function prepareJsonata(node: Node, { value }: TypedValue): Evaluate {
    const expression = RED.util.prepareJSONataExpression(value, node);
    return (message) =>
      new Promise((resolve, reject) => {
        RED.util.evaluateJSONataExpression(expression, message, (error, result) =>
          error ? reject(error) : resolve(result),
        );
      });
  }

  function prepareTyped(node: Node, { type, value }: TypedValue): Evaluate {
    return (message) =>
      new Promise((resolve, reject) => {
        RED.util.evaluateNodeProperty(value, type, node, message, (error, result) =>
          error ? reject(error) : resolve(result),
        );
      });
  }

  RED.nodes.registerType('kafka-producer', KafkaProducerNode);
  onceFlowsStarted(RED.events, () => {
    reportOrphans().catch((error: unknown) => RED.log.error(toError(error).message));
  });
};
