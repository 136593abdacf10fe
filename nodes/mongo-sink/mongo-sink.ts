import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import type { MongoDatabase, MongoDatabaseNode } from '../mongo-database/types';
import { confirm, deliveriesOf, hold } from '../shared/deliveries';
import { onceFlowsStarted } from '../shared/flows-started';
import type { PipelineMessage } from '../shared/messages';
import { StatusDisplay } from '../shared/status-display';
import { localizeError, translator } from '../shared/translate';
import { UserError, toError } from '../shared/user-error';
import type { BackfillProgress } from './backfill';
import { sinkSettings, type SinkConfig } from './config';
import { elementsOf } from './identity';
import type { SinkResult } from './items';
import { rejectedMessages, rejectionOfMessage, storedMessage } from './outputs';
import { MongoSink } from './sink';
import { statusOf } from './status';

type SinkDef = NodeDef & SinkConfig;

/** How many readings may wait that no consumer bounds: those that come from a serial line, say. */
const MAX_WAITING = 10_000;

export = function register(RED: NodeAPI): void {
  const t = translator(RED);
  const textOf = (error: Error): string => localizeError(error, t).message;

  function MongoSinkNode(this: Node, def: SinkDef): void {
    RED.nodes.createNode(this, def);
    const display = new StatusDisplay((status) => this.status(status));
    // A status that is set before all nodes are there is seen by none of them.
    let started = false;
    let latest: NodeStatus = {};
    const show = (status: NodeStatus): void => {
      latest = status;
      if (started) display.set(status);
    };
    const stopWaiting = onceFlowsStarted(RED.events, () => {
      started = true;
      display.set(latest);
    });
    this.on('close', () => {
      stopWaiting();
      display.close();
    });
    try {
      run(this, def, show);
    } catch (thrown) {
      const error = localizeError(toError(thrown), t);
      this.error(error);
      show({ fill: 'red', shape: 'ring', text: t('mongo-sink.status.unusable') });
      this.on('input', (_message, _send, done) => done(error));
    }
  }

  function run(node: Node, def: SinkDef, show: (status: NodeStatus) => void): void {
    const settings = sinkSettings(def);
    const sink = new MongoSink(databaseOf(def), settings, {
      onState: (state) => show(statusOf(state, t)),
      onTrouble: (error) => node.error(localizeError(error, t), {}),
      onBackfill: logBackfill(node),
      textOf,
    });
    /** What ends the messages that no consumer will deliver again. */
    const undelivered = new Set<(error: Error) => void>();

    node.on('input', (incoming, send, done) => {
      const message = incoming as PipelineMessage;
      const delivered = deliveriesOf(message).length > 0;
      if (!delivered && sink.waiting >= MAX_WAITING) {
        return done(localizeError(new UserError('mongo-sink.errors.full', { waiting: sink.waiting }), t));
      }
      if (!delivered) undelivered.add(done);
      else if (def.confirm) hold(message);
      const settled = (result: SinkResult): void => {
        undelivered.delete(done);
        if (def.confirm) confirm(message);
        send([
          storedMessage(message, result, settings.collection),
          rejectedMessages(message, result.rejected, textOf),
        ]);
        done(errorOf(result));
      };
      try {
        sink.add(elementsOf(message), settled);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        sink.reject(rejectionOfMessage(message, error), settled);
      }
    });

    node.on('close', (done: (error?: Error) => void) => {
      sink
        .close()
        .then(() => {
          const error = localizeError(new UserError('mongo-sink.errors.closed'), t);
          for (const end of undelivered) end(error);
        })
        .then(() => done(), done);
    });
  }

  /** Logs the beginning, each tenth, and the end. */
  function logBackfill(node: Node): (progress: BackfillProgress) => void {
    let logged = -1;
    return (progress) => {
      const { done, total } = progress;
      const tenth = total === 0 ? 10 : Math.floor((10 * done) / total);
      if (tenth === logged || total === 0) return;
      logged = tenth;
      node.log(t(`mongo-sink.log.${done < total ? 'backfill' : 'backfill-done'}`, { ...progress }));
    };
  }

  function databaseOf({ database }: SinkDef): MongoDatabase {
    const { mongo, problem } = (RED.nodes.getNode(database) ?? {}) as Partial<MongoDatabaseNode>;
    if (mongo) return mongo;
    throw problem ?? new UserError('mongo-sink.errors.no-database');
  }

  function errorOf({ inserted, alreadyThere, rejected }: SinkResult): Error | undefined {
    const first = rejected[0]?.error;
    if (!first) return undefined;
    const readings = inserted + alreadyThere + rejected.length;
    if (readings === 1) return localizeError(first, t);
    const params = { rejected: rejected.length, readings, reason: textOf(first) };
    return localizeError(new UserError('mongo-sink.errors.some-rejected', params, { cause: first }), t);
  }

  RED.nodes.registerType('mongo-sink', MongoSinkNode);
};
