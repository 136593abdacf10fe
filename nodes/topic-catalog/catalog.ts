import type { LimitSetting } from '../shared/limit-lines';
import type { PipelineMessage } from '../shared/messages';
import type {
  ChangeRefusal,
  ChangedAnswer,
  EventsAnswer,
  InsideAnswer,
  LiveUpdate,
  NodeEvent,
  NodesAnswer,
  NotesAnswer,
  ReadingsAnswer,
  PartAway,
  PathPart,
  SeriesAnswer,
  SettingsAnswer,
  TopicsAnswer,
} from './contract';
import { CatalogError } from './catalog-error';
import { NodeEvents } from './events';
import { Inside } from './inside';
import { LiveUpdates } from './live';
import { LimitWatch, Limits } from './limits';
import { NodeList } from './node-list';
import { NodeIndex } from './nodes';
import { PathWatch } from './path-watch';
import { RawReadings } from './raw-readings';
import { Readings, type ReadingsSource } from './readings';
import { checkOrigin, readingsOf } from './readings-in-message';
import {
  readRequest,
  type CatalogRequest,
  type ChangeRequest,
  type NotesRequest,
  type SeriesRequest,
} from './requests';
import { Series } from './series';
import { PageSettings, type SettingsSource } from './settings/page-settings';
import { Summaries } from './summaries';
import { Topics, type TopicsSource } from './topics';

const SWEEP_MS = 1_000;

export interface CatalogOptions {
  kafka: TopicsSource;
  database: ReadingsSource & SettingsSource;
  /** how many of its usual intervals a node may miss before it is called silent */
  silentAfter: number;
  limits?: readonly LimitSetting[];
  /** takes what is to be told to everybody who looks */
  onLive: (update: LiveUpdate) => void;
  /** takes each event once */
  onEvent: (event: NodeEvent) => void;
  /** called when a part of the path goes away or comes back */
  onAway?: (away: PartAway[]) => void;
  /** told that what is set on the page can't be read: its limits do not hold */
  onProblem?: (error: Error) => void;
}

export type CatalogAnswer =
  | InsideAnswer
  | TopicsAnswer
  | NodesAnswer
  | SeriesAnswer
  | EventsAnswer
  | ReadingsAnswer
  | SettingsAnswer
  | NotesAnswer
  | ChangedAnswer;

/** Notes that are listed with the events, and that are drawn on a node's charts: the newest ones. */
const LISTED_NOTES = 200;

/** What an answer can't do without. */
const NEEDS: Record<CatalogRequest['action'], readonly PathPart[]> = {
  inside: ['kafka'],
  topics: ['kafka'],
  nodes: ['database'],
  series: ['database'],
  events: [],
  readings: ['database'],
  settings: [],
  notes: [],
  'set-variable': ['database'],
  'add-note': ['database'],
  'delete-note': ['database'],
  import: ['database'],
};

/** Answers what is asked about topics, nodes and readings, and tells what is new. It keeps nothing about who asks. */
export class Catalog {
  private readonly nodes: NodeIndex;
  private readonly topics: Topics;
  private readonly inside: Inside;
  private readonly series: Series;
  private readonly raw: RawReadings;
  private readonly events: NodeEvents;
  private readonly live: LiveUpdates;
  private readonly path: PathWatch;
  private readonly settings: PageSettings;
  private readonly limits: Limits;
  private readonly limitWatch: LimitWatch;
  private readonly sweeper: NodeJS.Timeout;

  constructor(private readonly options: CatalogOptions) {
    const readings = new Readings(options.database);
    this.path = new PathWatch(
      [
        { part: 'kafka', ask: () => options.kafka.admin.describeCluster() },
        { part: 'database', ask: () => readings.ping() },
      ],
      () => this.onPath(),
    );
    this.nodes = new NodeIndex(readings, new NodeList(options.database), options.silentAfter, this.path);
    this.topics = new Topics(options.kafka, this.nodes);
    this.inside = new Inside(options.kafka);
    this.series = new Series(readings, this.nodes, new Summaries(options.database));
    this.raw = new RawReadings(readings);
    this.limits = new Limits(options.limits);
    this.limitWatch = new LimitWatch(this.limits);
    this.events = new NodeEvents(this.nodes, this.limitWatch);
    this.live = new LiveUpdates(options.onLive, () => this.everywhere);
    this.settings = new PageSettings(options.database, {
      onChange: () => this.onSettings(),
      onProblem: (error) => options.onProblem?.(error),
    });
    this.path.start();
    void this.settings.start();
    this.sweeper = setInterval(() => this.tell([], this.events.sweep()), SWEEP_MS);
  }

  /**
   * @param action msg.action
   * @param payload msg.payload
   * @param refused why who asks may change nothing; null: he may
   * @returns the payload of the answer
   * @throws CatalogError (a rejection) when the request is wrong, or Kafka or the database does not answer
   */
  async answer(
    action: unknown,
    payload: unknown,
    refused: ChangeRefusal | null = null,
  ): Promise<CatalogAnswer> {
    const request = readRequest(action, payload);
    if (isChange(request) && refused !== null) throw new CatalogError('request', `may-not-change-${refused}`);
    const found = this.find(request, refused);
    const answer = await this.path.orAway(NEEDS[request.action], found, (part) => {
      const where = this.options[part].description;
      return new CatalogError(part, `${part}-silent`, { where });
    });
    return { ...answer, ...this.everywhere };
  }

  /** The parts of the path that do not answer. */
  get away(): PartAway[] {
    return this.path.away;
  }

  private get everywhere(): { away: PartAway[]; settings: string } {
    return { away: this.away, settings: this.settings.revision };
  }

  private async find(request: CatalogRequest, refused: ChangeRefusal | null): Promise<CatalogAnswer> {
    switch (request.action) {
      case 'topics':
        return this.topics.answer();
      case 'nodes':
        return this.nodes.page(request);
      case 'series':
        return this.withSettings(await this.series.answer(request), request);
      case 'inside':
        return this.inside.answer(request);
      case 'events':
        return { ...this.events.answer(), notes: this.settings.notes().slice(0, LISTED_NOTES) };
      case 'readings':
        return this.raw.answer(request);
      case 'settings':
        return { at: Date.now(), variables: this.settings.variables, refused };
      case 'notes':
        return this.notes(request);
      case 'set-variable':
      case 'add-note':
      case 'delete-note':
      case 'import':
        return { at: Date.now(), changed: await this.change(request) };
    }
  }

  private withSettings(answer: SeriesAnswer, { range }: SeriesRequest): SeriesAnswer {
    const { nodo, from, to } = answer;
    // A range that goes on has what is noted after its newest reading, too.
    const end = range.kind === 'between' ? to : Infinity;
    const notes = this.settings.notes(nodo, from, end).slice(0, LISTED_NOTES).reverse();
    return { ...answer, limits: this.limits.ofNode(nodo), notes };
  }

  private notes({ nodo, offset, limit }: NotesRequest): NotesAnswer {
    const notes = this.settings.notes(nodo);
    return { at: Date.now(), notes: notes.slice(offset, offset + limit), total: notes.length };
  }

  private async change(request: ChangeRequest): Promise<number> {
    switch (request.action) {
      case 'set-variable':
        return this.settings.setVariable(request.setting);
      case 'add-note':
        return this.settings.addNote(request.note);
      case 'delete-note':
        return this.settings.deleteNote(request.id);
      case 'import': {
        const { check, file, total } = request;
        if (total) this.settings.checkTotal(total);
        if (!check) return this.settings.write(file);
        this.settings.checkRoom(file);
        return file.variables.length + file.notes.length;
      }
    }
  }

  private onSettings(): void {
    this.limits.setOnPage(this.settings.variables);
    this.limitWatch.forgetGone();
    this.live.tellNow();
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
    this.path.close();
    this.settings.close();
    this.live.close();
  }

  private onPath(): void {
    this.options.onAway?.(this.away);
    this.live.tellNow();
  }

  private tell(readings: Parameters<LiveUpdates['add']>[0], events: NodeEvent[]): void {
    this.live.add(readings, events);
    for (const event of events) this.options.onEvent(event);
  }
}

function isChange(request: CatalogRequest): request is ChangeRequest {
  return ['set-variable', 'add-note', 'delete-note', 'import'].includes(request.action);
}
