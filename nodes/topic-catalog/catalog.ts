import type { PipelineMessage } from '../shared/messages';
import type { EventsAnswer, LiveUpdate, NodeEvent, NodesAnswer, SeriesAnswer, TopicsAnswer } from './answers';
import { NodeEvents } from './events';
import { LiveUpdates } from './live';
import { NodeIndex } from './nodes';
import { Readings, type ReadingsSource } from './readings';
import { checkOrigin, readingsOf } from './readings-in-message';
import { readRequest } from './requests';
import { Series } from './series';
import { Summaries } from './summaries';
import { Topics, type TopicsSource } from './topics';

const SWEEP_MS = 1_000;

export interface CatalogOptions {
  kafka: TopicsSource;
  database: ReadingsSource;
  /** how many of its usual intervals a node may miss before it is called silent */
  silentAfter: number;
  /** takes what is to be told to everybody who looks */
  onLive: (update: LiveUpdate) => void;
  /** takes each event once */
  onEvent: (event: NodeEvent) => void;
}

export type CatalogAnswer = TopicsAnswer | NodesAnswer | SeriesAnswer | EventsAnswer;

/** Answers what is asked about topics, nodes and readings, and tells what is new. It keeps nothing about who asks. */
export class Catalog {
  private readonly nodes: NodeIndex;
  private readonly topics: Topics;
  private readonly series: Series;
  private readonly events: NodeEvents;
  private readonly live: LiveUpdates;
  private readonly sweeper: NodeJS.Timeout;

  constructor(private readonly options: CatalogOptions) {
    const readings = new Readings(options.database);
    this.nodes = new NodeIndex(readings, options.silentAfter);
    this.topics = new Topics(options.kafka, this.nodes);
    this.series = new Series(readings, this.nodes, new Summaries(options.database));
    this.events = new NodeEvents(this.nodes);
    this.live = new LiveUpdates(options.onLive);
    this.sweeper = setInterval(() => this.tell([], this.events.sweep()), SWEEP_MS);
  }

  /**
   * @param action msg.action
   * @param payload msg.payload
   * @returns the payload of the answer
   * @throws CatalogError (a rejection) when the request is wrong, or Kafka or the database does not answer
   */
  async answer(action: unknown, payload: unknown): Promise<CatalogAnswer> {
    const request = readRequest(action, payload);
    switch (request.action) {
      case 'topics':
        return this.topics.answer();
      case 'nodes':
        return this.nodes.page(request);
      case 'series':
        return this.series.answer(request);
      case 'events':
        return this.events.answer();
    }
  }

  /**
   * Takes a message with stored readings. One that was delivered again, and all of it there before, is no news: whoever
   * looks has counted its readings, or gets them with the next answer.
   * @throws CatalogError when it holds none, or was not sent by a node of the pipeline
   */
  accept(message: PipelineMessage): void {
    const readings = readingsOf(message);
    checkOrigin(message);
    if (message.stored?.inserted === 0) return;
    const events = readings.flatMap((reading) => this.events.onReading(this.nodes.accept(reading), reading));
    this.tell(readings, events);
  }

  close(): void {
    clearInterval(this.sweeper);
    this.live.close();
  }

  private tell(readings: Parameters<LiveUpdates['add']>[0], events: NodeEvent[]): void {
    this.live.add(readings, events);
    for (const event of events) this.options.onEvent(event);
  }
}
