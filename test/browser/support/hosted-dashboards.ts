import assert from 'node:assert/strict';
import { MongoClient } from 'mongodb';
import type { Browser } from 'playwright-core';
import { KafkaFixture } from '../../nodes/kafka-consumer/kafka-fixture';
import { launchBrowser } from '../../support/browser';
import { database } from '../../support/services';
import { DashboardHost } from './dashboard-host';
import { DashboardPage } from './dashboard-page';

/** A Node-RED with both dashboards, with a topic and a database of its own, and a browser: for the tests of a `describe`. */
export class HostedDashboards {
  browser!: Browser;
  host!: DashboardHost;
  client!: MongoClient;
  /** also the database's name */
  topic!: string;
  private fixture: KafkaFixture | undefined;
  private readonly pages: DashboardPage[] = [];

  /**
   * To be called in a `describe`: starts it before the tests, ends it after them, and closes after each what it has opened,
   * where no page may have met an error.
   */
  static forTests(): HostedDashboards {
    const hosted = new HostedDashboards();
    before(() => hosted.start());
    after(() => hosted.end());
    afterEach(() => hosted.closePages());
    return hosted;
  }

  async open(
    ...[fragment, options]: [fragment?: string, options?: Parameters<typeof DashboardPage.open>[3]]
  ): Promise<DashboardPage> {
    const page = await DashboardPage.open(this.browser, this.host.url, fragment, options);
    this.pages.push(page);
    return page;
  }

  private async start(): Promise<void> {
    this.browser = await launchBrowser();
    this.fixture = await KafkaFixture.connect();
    const topic = await this.fixture.createTopic();
    const { uri } = await database();
    this.client = await MongoClient.connect(uri);
    const { brokers } = this.fixture;
    this.host = await DashboardHost.start({ brokers, mongoUri: uri, topic, database: topic });
    this.topic = topic;
  }

  private async closePages(): Promise<void> {
    const opened = this.pages.splice(0);
    await Promise.all(opened.map((page) => page.close()));
    assert.deepEqual(
      opened.flatMap(({ alarms }) => alarms),
      [],
    );
  }

  /** Also of a start that has failed. */
  private async end(): Promise<void> {
    const { host, client, browser } = this as Partial<Pick<HostedDashboards, 'host' | 'client' | 'browser'>>;
    await host?.stop();
    await client?.close();
    await this.fixture?.close();
    await browser?.close();
  }
}
