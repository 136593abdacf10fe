import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import type { KafkaClusterNode } from '../kafka-cluster/types';
import type { MongoDatabaseNode } from '../mongo-database/types';
import { onceFlowsStarted } from '../shared/flows-started';
import type { PipelineMessage } from '../shared/messages';
import { StatusDisplay } from '../shared/status-display';
import { localizeError, translator } from '../shared/translate';
import { UserError, toError } from '../shared/user-error';
import type { Failure } from './answers';
import { Catalog } from './catalog';
import { CatalogError } from './catalog-error';
import { readCatalogConfig, type CatalogConfig } from './config';
import { servePage } from './page-route';
import { CatalogStatus } from './status';

interface CatalogDef extends NodeDef, CatalogConfig {
  cluster: string;
  database: string;
}

export = function (RED: NodeAPI): void {
  const t = translator(RED);
  servePage(RED.httpNode);

  function TopicCatalogNode(this: Node, def: CatalogDef): void {
    RED.nodes.createNode(this, def);
    const display = new StatusDisplay((shown) => this.status(shown));
    const status = new CatalogStatus((shown) => display.set(shown), t);
    // A status that is set before all nodes are there is seen by none of them.
    const stopWaiting = onceFlowsStarted(RED.events, () => status.start());
    this.on('close', () => {
      stopWaiting();
      display.close();
    });
    try {
      run(this, def, status);
    } catch (thrown) {
      const error = localizeError(toError(thrown), t);
      this.error(error);
      status.unusable();
      this.on('input', (message, send, done) => answerFailure(message, error, send, done));
    }
  }

  function run(node: Node, def: CatalogDef, status: CatalogStatus): void {
    const { collection, nodesCollection, groupId, silentAfter } = readCatalogConfig(def);
    const { cluster } = (RED.nodes.getNode(def.cluster) ?? {}) as Partial<KafkaClusterNode>;
    if (!cluster) throw new UserError('topic-catalog.errors.no-cluster');
    const { mongo } = (RED.nodes.getNode(def.database) ?? {}) as Partial<MongoDatabaseNode>;
    if (!mongo) throw new UserError('topic-catalog.errors.no-database');

    const lease = mongo.acquire((state) => status.database(state));
    const catalog = new Catalog({
      kafka: {
        description: cluster.description,
        groupId,
        admin: cluster.acquireAdmin(),
        localize: (error) => localizeError(error, t).message,
      },
      database: {
        description: mongo.description,
        collection,
        nodesCollection,
        db: (signal) => lease.db(signal),
      },
      silentAfter,
      onLive: (update) => {
        const message: PipelineMessage = { action: 'live', payload: update };
        node.send([message, null]);
      },
      onEvent: (event) => node.send([null, { topic: event.kind, payload: event }]),
    });
    status.database(mongo.state);

    node.on('input', (incoming, send, done) => {
      const message = incoming as PipelineMessage & NodeMessageInFlow;
      if (message.action === undefined) {
        try {
          catalog.accept(message);
          done();
        } catch (error) {
          done(localizeError(toError(error), t));
        }
        return;
      }
      catalog.answer(message.action, message.payload).then(
        (payload) => {
          status.answered(payload);
          delete message.error;
          message.payload = payload;
          send([message, null]);
          done();
        },
        (thrown: unknown) => {
          const error = localizeError(toError(thrown), t);
          status.failed(error);
          answerFailure(message, error, send, done);
        },
      );
    });
    node.on('close', () => {
      catalog.close();
      cluster.releaseAdmin();
      lease.release();
    });
  }

  RED.nodes.registerType('topic-catalog', TopicCatalogNode);
};

/** Whoever asked gets an answer all the same, and the flow's Catch node the error. */
function answerFailure(
  message: NodeMessageInFlow & { error?: unknown },
  error: Error,
  send: (messages: [NodeMessageInFlow, null]) => void,
  done: (error: Error) => void,
): void {
  const failure: Failure = {
    source: error instanceof CatalogError ? error.source : 'internal',
    message: error.message,
  };
  delete message.payload;
  message.error = failure;
  send([message, null]);
  done(error);
}
