import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { MongoDatabaseNode } from '../mongo-database/types';
import { configNode } from '../shared/config-node';
import { NodeLifecycle, type Incoming, type Send } from '../shared/node-lifecycle';
import { nameUnnamed } from '../shared/node-name';
import { translator } from '../shared/translate';
import { UserError, toError } from '../shared/user-error';
import { readFindConfig, type FindConfig, type FindSettings } from './config';
import { Finder } from './finder';
import { foundMessage } from './outputs';
import { readQuestion } from './question';
import { statusOf, type LastQuestion } from './status';

/** Each message of them is kept until it has its answer. */
const MAX_WAITING = 1_000;

export = function register(RED: NodeAPI): void {
  const t = translator(RED);

  function MongoFindNode(this: Node, def: NodeDef & FindConfig): void {
    RED.nodes.createNode(this, def);
    nameUnnamed(RED, this, def.collection);
    NodeLifecycle.start(RED, this, t, (life) => run(this, life, readFindConfig(def), def.database));
  }

  function run(node: Node, life: NodeLifecycle, settings: FindSettings, database: string | undefined): void {
    const mongo = configNode<MongoDatabaseNode, 'mongo'>(
      RED,
      database,
      'mongo',
      'mongo-find.errors.no-database',
    );
    let last: LastQuestion = { kind: 'none' };
    const finder = new Finder((signal) => lease.db(signal), settings);
    const show = (): void => life.show(statusOf(mongo.state, last, finder.waiting, t));
    const lease = mongo.acquire(show);
    show();

    const ask = async (message: Incoming, send: Send): Promise<void> => {
      const question = readQuestion(message, await queryOf(node, message, settings), settings);
      const since = performance.now();
      const asked = finder.ask(question, {
        found: (found) => send(foundMessage(RED, message, found, question, settings.output)),
        skipped: (error) => life.report(error, { _msgid: message._msgid }),
      });
      show();
      const documents = await asked;
      last = { kind: 'answered', documents, ms: Math.round(performance.now() - since) };
    };
    life.onInput((message, send, done) => {
      if (finder.waiting >= MAX_WAITING)
        return done(new UserError('mongo-find.errors.full', { waiting: finder.waiting }));
      ask(message, send)
        .then(
          () => done(),
          (thrown: unknown) => {
            const error = toError(thrown);
            last = { kind: 'failed', error };
            done(error);
          },
        )
        .finally(show);
    });
    life.onClose(() => {
      finder.close();
      lease.release();
    });
  }

  function queryOf(node: Node, message: Incoming, { query }: FindSettings): Promise<unknown> {
    return new Promise((resolve, reject) => {
      RED.util.evaluateNodeProperty(query.value, query.type, node, message, (error, value: unknown) => {
        if (error) reject(error);
        else resolve(value);
      });
    });
  }

  RED.nodes.registerType('mongo-find', MongoFindNode);
};
