import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { KafkaClusterNode } from '../kafka-cluster/types';
import type { MongoDatabaseNode } from '../mongo-database/types';
import type { PipelineMessage } from '../shared/messages';
import { configNode } from '../shared/config-node';
import { withoutUnreportable } from '../shared/copyable';
import { NodeLifecycle, type Incoming, type Send } from '../shared/node-lifecycle';
import { nameUnnamed } from '../shared/node-name';
import { localizeError, translator } from '../shared/translate';
import { isFromViewer } from '../shared/who-may-change';
import { toError } from '../shared/user-error';
import type { ChangeRefusal, ErrorInfo, PartAway } from './contract';
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
    nameUnnamed(RED, this, '');
    NodeLifecycle.start(RED, this, t, (life) => run(life, def), answerError);
  }

  function run(life: NodeLifecycle, def: CatalogDef): void {
    const status = new CatalogStatus((shown) => life.show(shown), t);
    const settings = readCatalogConfig(def);
    const { collection, nodesCollection, settingsCollection, groupId, silentAfter, limits } = settings;
    const cluster = configNode<KafkaClusterNode, 'cluster'>(
      RED,
      def.cluster,
      'cluster',
      'topic-catalog.errors.no-cluster',
    );
    const mongo = configNode<MongoDatabaseNode, 'mongo'>(
      RED,
      def.database,
      'mongo',
      'topic-catalog.errors.no-database',
    );
    const { admin, release: releaseAdmin } = cluster.acquireAdmin();
    const lease = mongo.acquire((state) => status.database(state));
    const catalog = new Catalog({
      kafka: {
        description: cluster.description,
        groupId,
        admin,
        localize: (error) => localizeError(error, t).message,
      },
      database: {
        description: mongo.description,
        collection,
        nodesCollection,
        settingsCollection,
        db: (signal) => lease.db(signal),
      },
      silentAfter,
      limits,
      onLive: (update) => {
        const message: PipelineMessage = { action: 'live', payload: update };
        life.send([message, null]);
      },
      onAway: (away) => status.away(away),
      onProblem: (error) => life.report(error),
      onEvent: (event) => life.send([null, { topic: event.kind, payload: event }]),
    });
    status.database(mongo.state);

    life.onInput((message, send, done) => {
      if (message.action === undefined) {
        catalog.accept(message);
        return done();
      }
      const refused = refusalOf(message, settings.pageMayChange);
      catalog
        .answer(message.action, message.payload, refused)
        .then(
          (payload) => {
            status.answered(payload);
            const answer: Incoming = { ...copyableOf(message), payload };
            delete answer.error;
            send([answer, null]);
            done();
          },
          (thrown: unknown) => {
            const error = localizeError(toError(thrown), t);
            status.failed(error);
            answerError(message, error, send, catalog.away);
            done(error);
          },
        )
        // A message that throws when it is read.
        .catch((thrown: unknown) => done(toError(thrown)));
    });
    life.onClose(() => {
      catalog.close();
      releaseAdmin();
      lease.release();
    });
  }

  RED.nodes.registerType('topic-catalog', TopicCatalogNode);
};

/** @returns why who sent this may change nothing; null: he may */
function refusalOf(message: Incoming, pageMayChange: boolean): ChangeRefusal | null {
  if (!pageMayChange) return 'setting';
  return isFromViewer(message) ? 'viewer' : null;
}

/** The dashboards' widgets look into all that they get: what throws when it is read would end Node-RED there. */
function copyableOf(message: Incoming): Incoming {
  return (withoutUnreportable(message)?.message ?? message) as Incoming;
}

/** Whoever asked gets an answer all the same, and the flow's Catch node the error. */
function answerError(message: Incoming, error: Error, send: Send, away: PartAway[] = []): void {
  const info: ErrorInfo = {
    source: error instanceof CatalogError ? error.source : 'internal',
    message: error.message,
    away,
  };
  // A copy: a flow may have frozen what it sends.
  const answer: Incoming = { ...copyableOf(message), error: info };
  delete answer.payload;
  send([answer, null]);
}
