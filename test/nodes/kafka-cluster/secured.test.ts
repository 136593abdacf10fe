import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaJsCluster } from '../../../nodes/kafka-cluster/cluster';
import {
  readClusterConfig,
  type ClusterConfig,
  type ClusterCredentials,
} from '../../../nodes/kafka-cluster/config';
import { KafkaError } from '../../../nodes/kafka-cluster/errors';
import type {
  ClientState,
  ClusterConsumer,
  ClusterProducer,
  ConsumerState,
  KafkaProblemError,
} from '../../../nodes/kafka-cluster/types';
import { ensureTopics } from '../../../stack/kafka/cluster';
import { outgoing } from '../../support/outgoing';
import { Gate } from '../../support/gate';
import { PASSWORD, USERS, type SecuredKafka } from '../../support/secured-kafka';
import { securedKafka } from '../../support/services';
import { TokenServer } from '../../support/token-server';
import { until } from '../../support/until';

type Tls = NonNullable<Parameters<typeof readClusterConfig>[2]>;

interface Access {
  config: ClusterConfig;
  credentials?: ClusterCredentials;
  tls?: Tls;
}

/** A cluster as the config node would make it, and everything it has logged. */
interface Opened {
  cluster: KafkaJsCluster;
  lines: string[];
  told: KafkaError[];
}

const CLIENT_SECRET = 'no-one-may-see-this-secret';
const WRONG_PASSWORD = 'no-one-may-see-this-wrong-password';
const SECRETS = new RegExp([PASSWORD, CLIENT_SECRET, WRONG_PASSWORD].join('|'));
/** Watched for this long, a client that tries again in a tight loop would have come back hundreds of times. */
const WATCH_MS = 3_000;
/** The admin client asks five times before it says no, a producer and a consumer less than once a second each. */
const MOST_ARRIVALS = 30;
/** The pauses grow at random, but three of them are never shorter than this together. */
const FOUR_ATTEMPTS_MS = 600;

describe('kafka-cluster: a Kafka with passwords, certificates and access rights', function () {
  this.timeout(90_000);
  let kafka: SecuredKafka;
  let tokens: TokenServer;
  let tokenUrl: string;
  let ca: Buffer;
  const open: (ClusterProducer | ClusterConsumer)[] = [];

  before(async () => {
    kafka = await securedKafka();
    ca = readFileSync(kafka.certificates.ca);
    tokens = new TokenServer(USERS.operator, 'client', CLIENT_SECRET, kafka.certificates.server);
    tokenUrl = await tokens.start();
  });
  after(() => tokens.stop());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((client) => client.close()));
  });

  function connect({ config, credentials = {}, tls }: Access): Opened {
    const lines: string[] = [];
    const told: KafkaError[] = [];
    const cluster = new KafkaJsCluster(
      readClusterConfig(config, credentials, tls),
      (line) => lines.push(line),
      { localize: (error) => error, refused: (error) => told.push(error) },
    );
    return { cluster, lines, told };
  }

  function withPassword(username: string, sasl = 'scram-sha-256', password = PASSWORD): Access {
    return {
      config: { brokers: kafka.at('SIGNIN'), sasl },
      credentials: { username, password },
      tls: { ca },
    };
  }

  function withToken(oauthClientSecret = CLIENT_SECRET): Access {
    return {
      config: { brokers: kafka.at('SIGNIN'), sasl: 'oauthbearer', tokenUrl, scope: 'kafka' },
      credentials: { oauthClientId: 'client', oauthClientSecret },
      tls: { ca },
    };
  }

  function withCertificate(): Access {
    const { cert, key } = kafka.certificates.client;
    const tls = { ca, cert: readFileSync(cert), key: readFileSync(key) };
    return { config: { brokers: kafka.at('MUTUAL') }, tls };
  }

  async function topic(name = `allowed-${randomUUID()}`): Promise<string> {
    await ensureTopics(kafka.plain, [{ topic: name }]);
    return name;
  }

  function producerOf({ cluster }: Opened, createTopics = false): ClusterProducer {
    const producer = cluster.createProducer({ acks: 'all', compression: 'none', createTopics });
    open.push(producer);
    return producer;
  }

  function consumerOf(
    { cluster }: Opened,
    name: string,
    groupId: string,
  ): { consumer: ClusterConsumer; values: string[]; refusals: readonly Error[] } {
    const values: string[] = [];
    const refusals: Error[] = [];
    const consumer = cluster.createConsumer(
      { groupId, topics: [name], from: 'earliest', sessionTimeoutMs: 6_000 },
      {
        assigned: () => undefined,
        batch: ({ records }) => void values.push(...records.map(({ value }) => String(value))),
        skipped: () => undefined,
        located: () => undefined,
        rebalancing: () => undefined,
        missed: () => undefined,
        leaderless: () => undefined,
        refused: (places) => void refusals.push(...places.map(({ error }) => error)),
        blocked: () => undefined,
        unsubscribed: () => undefined,
      },
    );
    open.push(consumer);
    consumer.start();
    return { consumer, values, refusals };
  }

  const send = (producer: ClusterProducer, name: string, value: string) =>
    producer.send(name, 0, [outgoing({ value })]);

  describe('lets in', () => {
    const ways: [string, () => Access][] = [
      ['a user by SCRAM-SHA-256', () => withPassword(USERS.operator)],
      ['a user by SCRAM-SHA-512', () => withPassword(USERS.operator, 'scram-sha-512')],
      ['a user by PLAIN', () => withPassword(USERS.operator, 'plain')],
      ['a client with an access token', () => withToken()],
      ['a client with a certificate', () => withCertificate()],
    ];
    for (const [who, access] of ways) {
      it(`${who}, to write, read and commit`, async () => {
        const opened = connect(access());
        const name = await topic();
        const groupId = `allowed-group-${randomUUID()}`;
        await send(producerOf(opened), name, 'hello');
        const { consumer, values } = consumerOf(opened, name, groupId);
        await until('the record', () => values.includes('hello'));
        await until('the commit', async () => {
          await consumer.commit([{ topic: name, partition: 0, offset: '1' }]);
          return true;
        });
        const { admin, release } = opened.cluster.acquireAdmin();
        assert.equal((await admin.committedOffsets(groupId, name)).get(0), '1');
        release();
        assert.deepEqual(opened.told, []);
        assert.doesNotMatch(opened.lines.join('\n'), SECRETS);
      });
    }

    it('a client whose token runs out, for as long as it gets new ones', async () => {
      const before = tokens.given.length;
      tokens.life = 14;
      const opened = connect(withToken());
      const name = await topic();
      const producer = producerOf(opened);
      const { values } = consumerOf(opened, name, `allowed-group-${randomUUID()}`);
      const end = Date.now() + 14_000;
      let sent = 0;
      // The broker itself cuts off whoever has not shown a new token after 12 s.
      for (; Date.now() < end; sent++) {
        await send(producer, name, String(sent));
        await sleep(250);
      }
      await until('all records', () => values.length >= sent);
      assert.deepEqual(
        values,
        Array.from({ length: sent }, (_, i) => String(i)),
      );
      assert.ok(tokens.given.length - before >= 2, `${tokens.given.length - before} tokens`);
      assert.deepEqual(opened.told, []);
      tokens.life = 60;
    });

    it('a user who may create topics, to a topic that is missing', async () => {
      const name = `allowed-${randomUUID()}`;
      await send(producerOf(connect(withPassword(USERS.operator)), true), name, 'first');
    });
  });

  describe('says what to change, tries again with pauses, and shows no secret:', () => {
    interface Case {
      what: string;
      text: string;
      access: () => Access;
      /** where the refused connection goes; its brokers are replaced by a gate to it */
      to: () => string;
    }
    const signIn = (): string => kafka.at('SIGNIN');
    const tlsOnly = (): Access => ({ config: {}, tls: { ca } });
    const cases: Case[] = [
      {
        what: 'a wrong password by SCRAM',
        text: 'sign-in-refused',
        to: signIn,
        access: () => withPassword(USERS.operator, 'scram-sha-512', WRONG_PASSWORD),
      },
      {
        what: 'a wrong password by PLAIN',
        text: 'sign-in-refused',
        to: signIn,
        access: () => withPassword(USERS.operator, 'plain', WRONG_PASSWORD),
      },
      {
        what: 'a user that does not exist',
        text: 'sign-in-refused',
        to: signIn,
        access: () => withPassword('nobody'),
      },
      {
        what: 'a wrong client secret',
        text: 'token-refused',
        to: signIn,
        access: () => withToken(WRONG_PASSWORD),
      },
      {
        what: 'a token that the brokers do not accept',
        text: 'token-not-accepted',
        to: signIn,
        access: () => ({ ...withToken(), config: { ...withToken().config, tokenUrl: strangeTokenUrl } }),
      },
      {
        what: 'a token server that is away',
        text: 'token-unreachable',
        to: signIn,
        access: () => ({
          ...withToken(),
          config: { ...withToken().config, tokenUrl: 'http://127.0.0.1:1/' },
        }),
      },
      {
        what: 'a certificate that has expired',
        text: 'certificate-expired',
        to: () => kafka.at('EXPIRED'),
        access: tlsOnly,
      },
      {
        what: 'a certificate for another host',
        text: 'certificate-host',
        to: () => kafka.at('WRONGHOST'),
        access: tlsOnly,
      },
      {
        what: 'a certificate from an unknown authority',
        text: 'certificate-untrusted',
        to: signIn,
        access: () => ({ ...withPassword(USERS.operator), tls: {} }),
      },
      {
        what: 'a missing client certificate',
        text: 'client-certificate',
        to: () => kafka.at('MUTUAL'),
        access: tlsOnly,
      },
      { what: 'TLS spoken to a plain port', text: 'tls-not-spoken', to: () => kafka.plain, access: tlsOnly },
      {
        what: 'plain text spoken to a TLS port',
        text: 'tls-expected',
        to: () => kafka.at('MUTUAL'),
        access: () => ({ config: {} }),
      },
      {
        what: 'a sign-in where none is taken',
        text: 'sign-in-not-asked',
        to: () => kafka.plain,
        access: () => ({ ...withPassword(USERS.operator), tls: undefined as never }),
      },
      { what: 'no sign-in where one is asked for', text: 'closed-by-broker', to: signIn, access: tlsOnly },
    ];
    let strange: TokenServer;
    let strangeTokenUrl: string;
    const seen = new Map<string, Watched>();

    interface Watched {
      arrivals: number;
      producer: Error | undefined;
      consumer: Error | undefined;
      admin: Error;
      lines: string;
      told: KafkaError[];
    }

    before(async () => {
      strange = new TokenServer('', 'client', CLIENT_SECRET);
      strangeTokenUrl = await strange.start();
      // All at the same time: what is looked at is how each behaves over a while.
      await Promise.all(cases.map(async (one) => seen.set(one.what, await watch(one))));
    });
    after(() => strange.stop());

    async function watch({ access, to }: Case): Promise<Watched> {
      const gate = new Gate(to());
      const { config, ...rest } = access();
      const opened = connect({ ...rest, config: { ...config, brokers: await gate.open() } });
      const producer = opened.cluster.createProducer({
        acks: 'all',
        compression: 'none',
        createTopics: false,
      });
      const consumer = opened.cluster.createConsumer(
        { groupId: 'allowed-group', topics: ['allowed-any'], from: 'earliest', sessionTimeoutMs: 6_000 },
        {
          assigned: () => undefined,
          batch: () => undefined,
          skipped: () => undefined,
          located: () => undefined,
          rebalancing: () => undefined,
          missed: () => undefined,
          leaderless: () => undefined,
          refused: () => undefined,
          blocked: () => undefined,
          unsubscribed: () => undefined,
        },
      );
      consumer.start();
      const lease = opened.cluster.acquireAdmin();
      const admin = await lease.admin.topicNames().then(
        () => assert.fail('was let in'),
        (error: unknown) => error as Error,
      );
      await until('both to try again', () => errorOf(producer.state) && errorOf(consumer.state));
      await sleep(WATCH_MS);
      const { arrivals } = gate;
      await until('it to be told', () => opened.told.length > 0);
      const watched = {
        arrivals,
        producer: errorOf(producer.state),
        consumer: errorOf(consumer.state),
        admin,
        lines: opened.lines.join('\n'),
        told: opened.told,
      };
      await Promise.all([producer.close(), consumer.close()]);
      lease.release();
      await gate.close();
      return watched;
    }

    for (const { what, text } of cases) {
      it(what, () => {
        const { arrivals, producer, consumer, admin, lines, told } = seen.get(what) ?? assert.fail();
        for (const error of [producer, consumer, admin]) {
          assert.ok(error instanceof KafkaError, String(error));
          assert.equal(error.key, `kafka-cluster.errors.${text}`);
        }
        assert.ok(arrivals >= 3 && arrivals <= MOST_ARRIVALS, `${arrivals} connections`);
        assert.equal(told.length, 1, 'told once, to whoever looks after the config node');
        for (const language of ['en-US', 'es']) {
          const texts = textsOf(language, told[0] ?? assert.fail());
          assert.doesNotMatch(texts, SECRETS);
          assert.doesNotMatch(texts, /__/);
        }
        assert.doesNotMatch(lines, SECRETS);
      });
    }
  });

  describe('says which right is missing, and goes on by itself once it is given:', () => {
    it('to know of the topic, for a consumer', async () => {
      const prefix = `hidden-${randomUUID()}`;
      const { consumer, values } = consumerOf(
        connect(withPassword(USERS.writer)),
        await topic(prefix),
        'allowed-group-a',
      );
      await refused(consumer, 'topic-unseen');
      await kafka.grant(USERS.writer, 'topic-read', prefix);
      await write(prefix);
      await until('the record', () => values.includes('x'));
    });

    it('to read the topic', async () => {
      const prefix = `writable-${randomUUID()}`;
      await kafka.grant(USERS.writer, 'topic-write', prefix);
      await topic(prefix);
      await write(prefix);
      const opened = connect(withPassword(USERS.writer));
      const { values, refusals } = consumerOf(opened, prefix, 'allowed-group-b');
      await until('it to be told', () => (refusals[0] as KafkaError | undefined)?.key !== undefined);
      assert.equal((refusals[0] as KafkaError).key, keyOf('topic-unreadable'));
      await kafka.grant(USERS.writer, 'topic-read', prefix);
      await until('the record', () => values.includes('x'));
    });

    it('to be a member of the group', async () => {
      const group = `closed-group-${randomUUID()}`;
      const name = await topic();
      await write(name);
      const { consumer, values } = consumerOf(connect(withPassword(USERS.reader)), name, group);
      await refused(consumer, 'group-forbidden');
      await kafka.grant(USERS.reader, 'group-read', group);
      await until('the record', () => values.includes('x'));
    });

    it('to know of the topic, for a producer', async () => {
      const name = await topic(`hidden-${randomUUID()}`);
      const producer = producerOf(connect(withPassword(USERS.writer)));
      await rejects(send(producer, name, 'x'), 'topic-unseen');
      await kafka.grant(USERS.writer, 'topic-write', name);
      await until('the record to be written', () => send(producer, name, 'x'));
    });

    it('to write at all', async () => {
      const name = await topic();
      const producer = producerOf(connect(withPassword(USERS.reader)));
      await rejects(send(producer, name, 'x'), 'write-forbidden');
      await kafka.grant(USERS.reader, 'topic-write', name);
      await until('the record to be written', () => send(producer, name, 'x'));
    });

    it('to create the topic', async () => {
      const name = `allowed-${randomUUID()}`;
      const producer = producerOf(connect(withPassword(USERS.writer)), true);
      await rejects(send(producer, name, 'x'), 'create-forbidden');
      await kafka.grant(USERS.writer, 'topic-create', name);
      await until('the record to be written', () => send(producer, name, 'x'));
    });

    it('to read how the cluster is made up, without which the rest is told', async () => {
      const { cluster } = connect(withPassword(USERS.writer));
      const { admin, release } = cluster.acquireAdmin();
      const shape = await admin.clusterShape();
      assert.deepEqual(shape, { mode: undefined, version: undefined, brokers: 1 });
      release();
    });

    async function refused(consumer: ClusterConsumer, text: string): Promise<void> {
      let attempts = 0;
      const count = ({ state }: ConsumerState): void => void (state === 'retrying' && attempts++);
      consumer.on('state', count);
      const since = Date.now();
      await until('the consumer to try again', () => attempts >= 4);
      assert.ok(Date.now() - since > FOUR_ATTEMPTS_MS, `four attempts in ${Date.now() - since} ms`);
      consumer.off('state', count);
      await until(
        'its error',
        () => (errorOf(consumer.state) as KafkaError | undefined)?.key === keyOf(text),
      );
    }

    async function rejects(promise: Promise<unknown>, text: string): Promise<void> {
      await assert.rejects(promise, (error: KafkaProblemError & { key: string }) => {
        assert.deepEqual([error.key, error.problem], [keyOf(text), 'topic-forbidden']);
        return true;
      });
    }

    async function write(name: string): Promise<void> {
      await send(producerOf(connect({ config: { brokers: kafka.plain } })), name, 'x');
    }
  });
});

function keyOf(text: string): string {
  return `kafka-cluster.errors.${text}`;
}

function errorOf(state: ClientState | ConsumerState): Error | undefined {
  return state.state === 'retrying' ? state.error : undefined;
}

/** @returns the error's text in a language, as Node-RED would fill it in */
function textsOf(language: string, { key, params }: KafkaError): string {
  const file = path.join(__dirname, '../../../nodes/kafka-cluster/locales', language, 'kafka-cluster.json');
  const catalog = JSON.parse(readFileSync(file, 'utf8')) as {
    'kafka-cluster': { errors: Record<string, string> };
  };
  const text =
    catalog['kafka-cluster'].errors[key.split('.').at(-1) ?? ''] ?? assert.fail(`no text for ${key}`);
  return Object.entries(params).reduce(
    (filled, [name, value]) => filled.replaceAll(`__${name}__`, String(value)),
    text,
  );
}
