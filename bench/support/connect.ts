import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../../stack/process/ports';
import { RivalProcess } from './rival-process';
import type { JavaRivals } from './rivals';
import type { Meter, Usage } from './usage';

/** What a connector reads, and where it stores it. */
export interface Drain {
  topic: string;
  /** at most so many work side by side */
  tasks: number;
  databaseUri: string;
  databaseName: string;
}

/**
 * MongoDB's sink, tuned: 2,000 records a write, unordered, each inserted under an id made of its place in Kafka, so that
 * what comes twice is refused.
 */
function tuned({ topic, tasks, databaseUri, databaseName }: Drain): Record<string, string> {
  const sink = 'com.mongodb.kafka.connect';
  return {
    'connector.class': `${sink}.MongoSinkConnector`,
    'tasks.max': String(tasks),
    topics: topic,
    'connection.uri': databaseUri,
    database: databaseName,
    collection: 'datos',
    'max.batch.size': '2000',
    'consumer.override.max.poll.records': '2000',
    'bulk.write.ordered': 'false',
    'document.id.strategy': `${sink}.sink.processor.id.strategy.KafkaMetaDataStrategy`,
    'writemodel.strategy': `${sink}.sink.writemodel.strategy.InsertOneDefaultStrategy`,
    'mongo.errors.tolerance': 'all',
  };
}

/** A worker of Kafka Connect in a process of its own. */
export class Connect implements Meter {
  private constructor(
    private readonly process: RivalProcess,
    private readonly rest: string,
  ) {}

  static async start({ java, jars }: JavaRivals, brokers: string, dir: string): Promise<Connect> {
    const folder = path.join(dir, 'connect');
    await mkdir(folder, { recursive: true });
    const rest = `http://127.0.0.1:${await freePort()}`;
    const worker = {
      'bootstrap.servers': brokers,
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'false',
      'offset.storage.file.filename': path.join(folder, 'offsets'),
      'plugin.discovery': 'service_load',
      listeners: rest,
    };
    const properties = path.join(folder, 'worker.properties');
    await writeFile(
      properties,
      Object.entries(worker)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    const process_ = await RivalProcess.start({
      name: 'Kafka Connect',
      command: java.command,
      // Memory and collector as in Kafka's own connect-standalone.sh.
      args: [
        ...['-Xms256M', '-Xmx2G', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
        ...[
          '-XX:InitiatingHeapOccupancyPercent=35',
          '-XX:+ExplicitGCInvokesConcurrent',
          '-Djava.awt.headless=true',
        ],
        ...['-cp', '*', 'org.apache.kafka.connect.cli.ConnectStandalone', properties],
      ],
      cwd: jars,
      logFile: path.join(folder, 'log'),
      ready: async () => (await fetch(`${rest}/connectors`)).ok,
    });
    return new Connect(process_, rest);
  }

  async drain(name: string, drain: Drain): Promise<void> {
    await this.ask('PUT', `/connectors/${name}/config`, tuned(drain));
  }

  async end(name: string): Promise<void> {
    await this.ask('DELETE', `/connectors/${name}`);
  }

  usage(): Promise<Usage> {
    return this.process.usage();
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  private async ask(method: string, at: string, body?: unknown): Promise<void> {
    const response = await fetch(this.rest + at, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`Kafka Connect: ${response.status} ${await response.text()}`);
  }
}
