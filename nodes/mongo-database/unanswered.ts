import type { CommandStartedEvent, MongoClient } from 'mongodb';

/** A command that the database has not answered yet. */
export interface UnansweredCommand {
  /** such as `createIndexes` */
  command: string;
  /** of most commands the collection */
  target: string;
  /** milliseconds since 1970 */
  since: number;
}

/** After this time without an answer a command is told. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 1_000;

/**
 * Watches the commands of a client for one whose answer does not come: the server lives and answers others, so that
 * neither the driver nor whoever waits for it would ever say a word.
 */
export class UnansweredCommands {
  private readonly open = new Map<number, UnansweredCommand>();
  private told: UnansweredCommand | undefined;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param client made with `monitorCommands`
   * @param onChange told of the oldest command without an answer, and of undefined when there is none any more
   */
  constructor(
    client: MongoClient,
    private readonly onChange: (unanswered: UnansweredCommand | undefined) => void,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    client.on('commandStarted', (event) => this.begin(event));
    client.on('commandSucceeded', ({ requestId }) => this.end(requestId));
    client.on('commandFailed', ({ requestId }) => this.end(requestId));
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.open.clear();
  }

  private begin({ requestId, commandName, command }: CommandStartedEvent): void {
    const target = command[commandName] as unknown;
    this.open.set(requestId, {
      command: commandName,
      target: typeof target === 'string' ? target : '',
      since: Date.now(),
    });
    this.timer ??= setInterval(() => this.look(), LOOK_MS).unref();
  }

  private end(requestId: number): void {
    const command = this.open.get(requestId);
    this.open.delete(requestId);
    if (command && command === this.told) this.look();
  }

  private look(): void {
    const [oldest] = this.open.values();
    const late = oldest && Date.now() - oldest.since >= this.patienceMs ? oldest : undefined;
    if (late !== this.told) {
      this.told = late;
      this.onChange(late);
    }
    if (this.open.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
