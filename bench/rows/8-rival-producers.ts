import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../../stack/paths';
import { readingSource } from '../contenders/readings';
import { speedOf } from '../support/rate';
import { RivalProcess, type RivalSpec } from '../support/rival-process';
import { javaRivals, pythonWithLibrdkafka } from '../support/rivals';
import { inRounds, type Context, type Goal, type Measure, type Row } from '../support/row';
import { BARE, FED, OFF, ON, ours, PARTITIONS } from './1-producer';

const JAVA = "Kafka's ProducerPerformance (Java)";
const LIBRDKAFKA = 'librdkafka (confluent-kafka for Python)';
/** More than any of them writes in its time: they are ended when it is over. */
const WITHOUT_END = 1_000_000_000;
const PAYLOADS = 1000;

/** Messages a second that come into a topic, beside Kafka's own clients. */
export const rivalProducersRow: Row = {
  row: 8,
  title: "messages into Kafka, a second, beside Kafka's own clients",
  async run(context) {
    const { services, say } = context;
    const { java, jars, versions } = await javaRivals(say);
    const python = await pythonWithLibrdkafka(say);
    const { bootstrap } = services.kafka;
    const payloads = path.join(services.dir, 'payloads');
    const next = readingSource(FED);
    await writeFile(
      payloads,
      Array.from({ length: PAYLOADS }, () => JSON.stringify(next().payload)).join('\n'),
    );
    const log = path.join(services.dir, 'rivals.log');
    const performance = (topic: string): RivalSpec => ({
      name: JAVA,
      command: java.command,
      // Memory and collector as in Kafka's own kafka-producer-perf-test.sh.
      args: [
        ...['-Xmx512M', '-server', '-XX:+UseG1GC', '-cp', '*', 'org.apache.kafka.tools.ProducerPerformance'],
        ...['--topic', topic, '--num-records', String(WITHOUT_END), '--throughput', '-1'],
        ...['--payload-file', payloads],
        ...['--producer-props', `bootstrap.servers=${bootstrap}`, 'acks=all', 'enable.idempotence=true'],
      ],
      cwd: jars,
      logFile: log,
    });
    const librdkafka = (topic: string): RivalSpec => ({
      name: LIBRDKAFKA,
      command: python,
      args: [path.join(ROOT, 'bench/contenders/librdkafka.py'), bootstrap, topic, ...FED],
      cwd: services.dir,
      logFile: log,
    });
    const contenders: Record<string, Measure> = {
      ...(await ours(context, services.kafka, '', 8)),
      [JAVA]: rival(context, 'java', performance),
      [LIBRDKAFKA]: rival(context, 'librdkafka', librdkafka),
    };
    const goals: Goal[] = [
      { of: OFF, to: JAVA },
      { of: ON, to: JAVA, atLeast: 0.5 },
      { of: OFF, to: LIBRDKAFKA },
      { of: ON, to: LIBRDKAFKA },
      { of: OFF, to: BARE, atLeast: 1.1 },
      { of: ON, to: BARE, atLeast: 0.9 },
    ];
    return {
      row: 8,
      title: this.title,
      series: await inRounds(context, 'messages/s', contenders),
      goals,
      notes: [
        `${PARTITIONS} partitions, all acknowledge all (acks=all, idempotent); ${versions}, ${path.basename(path.dirname(path.dirname(python)))}`,
        'ProducerPerformance writes readings without key or header, to a partition at a time; the values of both rivals are made beforehand',
      ],
    };
  },
};

/** A process that begins anew is measured once Java has compiled what it runs. */
const SETTLE_MS = 4_000;

/** A process of its own for each round, ended when it was measured. */
function rival({ services, plan }: Context, name: string, spec: (topic: string) => RivalSpec): Measure {
  return async (round) => {
    const topic = `row8-${name}-${round}`;
    await services.kafka.createTopic(topic, PARTITIONS);
    const process_ = await RivalProcess.start(spec(topic));
    try {
      return await speedOf(name, [process_], services.kafka.growth(topic), {
        ...plan,
        settleMs: Math.max(plan.settleMs, SETTLE_MS),
      });
    } finally {
      await process_.stop();
    }
  };
}
