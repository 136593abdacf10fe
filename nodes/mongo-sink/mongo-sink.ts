import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { MongoDatabase, MongoDatabaseNode } from '../mongo-database/types';
import { configNode } from '../shared/config-node';
import { withoutUnreportable } from '../shared/copyable';
import { confirm, deliveriesOf, hold } from '../shared/deliveries';
import { NodeLifecycle } from '../shared/node-lifecycle';
import { nameUnnamed } from '../shared/node-name';
import { Zone } from '../shared/zone';
import { localizeError, translator } from '../shared/translate';
import { UserError, toError } from '../shared/user-error';
import type { BackfillProgress } from './history/backfill';
import { sinkSettings, type SinkConfig } from './config';
import { elementsOf } from './storing/identity';
import { asRejection, type SinkResult } from './storing/items';
import { rejectedMessages, rejectionOfMessage, storedMessage } from './outputs';
import { measure } from './measure';
import { MongoSink } from './sink';
import { TakeInJob } from './take-in/job';
import { statusOf } from './status';

type SinkDef = NodeDef & SinkConfig;

/** How many readings may wait that no consumer bounds: those that come from a serial line, say. */
const MAX_WAITING = 10_000;

export = function register(RED: NodeAPI): void {
  const t = translator(RED);
  const textOf = (error: Error): string => localizeError(error, t).message;
  /** of each node that runs, by its id */
  const takeIns = new Map<string, TakeInJob>();

  function MongoSinkNode(this: Node, def: SinkDef): void {
    RED.nodes.createNode(this, def);
    nameUnnamed(RED, this, def.collection);
    NodeLifecycle.start(RED, this, t, (life) => run(this, life, def));
  }

  function run(node: Node, life: NodeLifecycle, def: SinkDef): void {
    const settings = sinkSettings(def);
    const sink = new MongoSink(databaseOf(def), settings, {
      onState: (state) => {
        if (state.state === 'waiting') life.measures.count('store_retries_total');
        life.show(statusOf(state, t));
      },
      onProblem: (error) => life.report(error),
      onBackfill: logBackfill(node),
      textOf,
    });
    const job = new TakeInJob(
      (apply, zone, onProgress) => sink.takeIn({ apply, zone: Zone.named(zone) ?? Zone.own(), onProgress }),
      textOf,
    );
    takeIns.set(node.id, job);
    life.measures.gauges(() => [{ name: 'store_waiting_readings', value: sink.waiting }]);
    /** What ends the messages that no consumer will deliver again. */
    const undelivered = new Set<(error: Error) => void>();

    life.onInput((message, send, done) => {
      const delivered = deliveriesOf(message).length > 0;
      if (!delivered && sink.waiting >= MAX_WAITING) {
        return done(new UserError('mongo-sink.errors.full', { waiting: sink.waiting }));
      }
      if (!delivered) undelivered.add(done);
      else if (def.confirm) hold(message);
      const settled = (result: SinkResult): void => {
        undelivered.delete(done);
        try {
          if (def.confirm) confirm(message);
          measure(life.measures, message, result);
          send([
            storedMessage(message, result, settings.collection),
            // What is in them is what could not be stored: a debug node behind them may fail at it, too.
            rejectedMessages(message, result.rejected, textOf).map(
              (rejected) => withoutUnreportable(rejected)?.message ?? rejected,
            ),
          ]);
          done(errorOf(result));
        } catch (thrown) {
          // A message that throws when it is read: what was in it is stored or kept.
          done(toError(thrown));
        }
      };
      try {
        sink.add(elementsOf(message), settled);
      } catch (error) {
        sink.reject(rejectionOfMessage(message, asRejection(error)), settled);
      }
    });

    life.onClose(async () => {
      if (takeIns.get(node.id) === job) takeIns.delete(node.id);
      await sink.close();
      const error = new UserError('mongo-sink.errors.closed');
      for (const end of undelivered) end(error);
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
    return configNode<MongoDatabaseNode, 'mongo'>(RED, database, 'mongo', 'mongo-sink.errors.no-database');
  }

  function errorOf({ inserted, alreadyThere, rejected }: SinkResult): Error | undefined {
    const first = rejected[0]?.error;
    if (!first) return undefined;
    const readings = inserted + alreadyThere + rejected.length;
    if (readings === 1) return first;
    const params = { rejected: rejected.length, readings, reason: textOf(first) };
    return new UserError('mongo-sink.errors.some-rejected', params, { cause: first });
  }

  RED.nodes.registerType('mongo-sink', MongoSinkNode);

  const takeInPath = '/mongo-sink/take-in/:id';
  RED.httpAdmin.get(takeInPath, RED.auth.needsPermission('mongo-sink.read'), (request, response) => {
    const job = takeIns.get(String(request.params.id));
    if (job) response.json(job.state);
    else response.status(404).json({ message: 'no such node runs' });
  });
  // To look is to read all that is stored: it takes the right to change the node too.
  RED.httpAdmin.post(takeInPath, RED.auth.needsPermission('mongo-sink.write'), (request, response) => {
    const job = takeIns.get(String(request.params.id));
    const { apply, zone } = (request.body ?? {}) as { apply?: unknown; zone?: unknown };
    if (!job) response.status(404).json({ message: 'no such node runs' });
    else if (typeof apply !== 'boolean' || typeof zone !== 'string' || !Zone.named(zone))
      response.status(400).json({ message: 'expected {apply, zone} as JSON' });
    else response.status(job.start(apply, zone) ? 202 : 409).json(job.state);
  });
};
