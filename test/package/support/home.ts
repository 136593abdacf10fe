import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import { ensureTopics } from '../../../stack/kafka/cluster';
import { AdminApi } from '../../support/admin-api';
import type { FlowSettings } from '../../support/flow-settings';
import { plugIn, type TestDevice } from '../../support/pty';
import { RegistryServer } from '../../support/registry-server';
import { database, kafka } from '../../support/services';
import { PlainNodeRed } from './plain-node-red';
import type { Versions } from './versions';

/** Someone's Node-RED with a board, a Kafka and a database beside it. */
export class Home {
  private constructor(
    readonly nodeRed: PlainNodeRed,
    readonly board: TestDevice,
    readonly settings: FlowSettings,
    readonly registry: RegistryServer,
    private readonly dir: string,
  ) {}

  private openApi: AdminApi | undefined;

  /** Node-RED is not started yet; its user directory is empty. */
  static async prepare(versions: Versions): Promise<Home> {
    const [{ brokers }, { uri }] = await Promise.all([kafka(), database()]);
    const dir = await mkdtemp(path.join(os.tmpdir(), 'test-home-'));
    const unique = `home-${randomUUID().slice(0, 8)}`;
    await ensureTopics(brokers, [{ topic: unique }]);
    const nodeRed = await PlainNodeRed.prepare(versions, path.join(dir, 'user'));
    const board = await plugIn(path.join(dir, 'board'));
    const registry = new RegistryServer();
    const settings = {
      registry: await registry.start(),
      brokers,
      uri,
      topic: unique,
      groupId: unique,
      database: unique,
      serialPath: board.link,
    };
    return new Home(nodeRed, board, settings, registry, dir);
  }

  get api(): AdminApi {
    if (!this.openApi) throw new Error('Node-RED was not started yet');
    return this.openApi;
  }

  async start(): Promise<void> {
    await this.nodeRed.start();
    this.openApi = await AdminApi.connect(this.nodeRed.url);
  }

  /** @returns the readings of the database, oldest first */
  async storedReadings(): Promise<Record<string, unknown>[]> {
    const client = await MongoClient.connect(this.settings.uri);
    try {
      return await client.db(this.settings.database).collection('datos').find().sort({ _id: 1 }).toArray();
    } finally {
      await client.close();
    }
  }

  async dispose(): Promise<void> {
    this.openApi?.close();
    await this.nodeRed.stop();
    await this.board.unplug();
    await this.registry.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}
