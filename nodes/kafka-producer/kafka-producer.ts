import path from 'node:path';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { KafkaCluster, KafkaClusterNode } from '../kafka-cluster/types';
import { onceFlowsStarted } from '../shared/flows-started';
import { StatusDisplay } from '../shared/status-display';
import { localizeError, translator } from '../shared/translate';
import { UserError, toError } from '../shared/user-error';
import { doneText, readCommand, type Command } from './commands';
import { readProducerConfig, type ProducerConfig, type ProducerSettings, type TypedValue } from './config';
import { toMessage } from './message';
import { MessageFields } from './message-fields';
import { findOrphans } from './outbox-folders';
import { Pipeline } from './pipeline';
import { describeStatus } from './status';
import type { Evaluate, Evaluator } from './typed-values';

const OUTBOXES = path.join('serial-kafka-mongo', 'outbox');
const STATUS_INTERVAL_MS = 500;

export = function (RED: NodeAPI): void {
  const t = translator(RED);
  /** ids of the nodes that have their outbox open */
  const running = new Set<string>();

  function KafkaProducerNode(this: Node, config: NodeDef & ProducerConfig): void {
    RED.nodes.createNode(this, config);
    try {
      run(this, readProducerConfig(config), clusterOf(config.cluster));
    } catch (error) {
      refuseAll(this, localizeError(toError(error), t));
    }
  }

  function run(node: Node, settings: ProducerSettings, cluster: KafkaCluster): void {
    const fields = new MessageFields(settings, evaluatorOf(node));
    const directory = path.join(outboxes(), node.id);
    running.add(node.id);
    const pipeline = new Pipeline(settings, cluster, directory, {
      acknowledged: (record, offset) => {
        // Making the message again is a good part of the work, and mostly for nobody.
        if (!isWired(node)) return;
        node.send(
          toMessage(record, { partition: record.partition, ...(offset === undefined ? {} : { offset }) }),
        );
      },
      refused: (record, error) => {
        const reason = localizeError(error, t).message;
        const kept = new UserError('kafka-producer.errors.kept-refused', { reason }, { cause: error });
        node.error(localizeError(kept, t), toMessage(record, { partition: record.partition }));
      },
      held: (record, error) =>
        node.error(localizeError(error, t), toMessage(record, { partition: record.partition })),
      warning: (error) => node.warn(localizeError(error, t).message),
    });
    const display = new StatusDisplay((status) => node.status(status));
    const timer = setInterval(
      () => display.set(describeStatus(pipeline.facts(), Date.now(), t)),
      STATUS_INTERVAL_MS,
    );

    node.on('input', (message, _send, done) => {
      const finish = (error?: Error): void => (error ? done(localizeError(error, t)) : done());
      const command = commandOf(message);
      if (command instanceof Error) {
        finish(command);
        return;
      }
      if (command) {
        pipeline.run(command).then(
          (count) => {
            const { key, params } = doneText(command);
            node.warn(t(key, { count, ...params }));
            done();
          },
          (error: unknown) => finish(toError(error)),
        );
        return;
      }
      fields.read(message, (error, read) => (read ? pipeline.accept(read, finish) : finish(error)));
    });
    node.on('close', (removed: boolean, done: () => void) => {
      clearInterval(timer);
      display.close();
      running.delete(node.id);
      pipeline
        .close()
        .catch((error: unknown) => node.error(toError(error).message))
        .finally(() => {
          if (removed) pipeline.warnOfRemoval();
          done();
        });
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
    const isKnown = (folder: string): boolean =>
      running.has(folder) || known.has(folder.slice(folder.lastIndexOf('-') + 1));
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

  function commandOf(message: Record<string, unknown>): Command | Error | undefined {
    try {
      return readCommand(message);
    } catch (error) {
      return toError(error);
    }
  }

  /** A node that can't work says why in its status and for each message. */
  function refuseAll(node: Node, error: Error): void {
    node.error(error.message);
    setImmediate(() => node.status({ fill: 'red', shape: 'ring', text: error.message }));
    node.on('input', (_message, _send, done) => done(error));
  }

  function clusterOf(id: string | undefined): KafkaCluster {
    const node = id ? (RED.nodes.getNode(id) as KafkaClusterNode | null) : null;
    if (!node?.cluster) throw node?.problem ?? new UserError('kafka-producer.errors.no-cluster');
    return node.cluster;
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
