import type { NodeStatus } from 'node-red';
import type { DatabaseState } from '../mongo-database/types';
import { timeOfDay } from '../shared/clock';
import type { Translate } from '../shared/translate';
import type { CatalogAnswer } from './catalog';
import { CatalogError } from './catalog-error';
import type { PartAway, PathPart } from './contract';

/** Puts together what the node's status says: about the database, which is always in use, and about Kafka when asked. */
export class CatalogStatus {
  private databaseState: DatabaseState = { state: 'connecting' };
  private kafkaFailed = false;
  private partsAway: PartAway[] = [];
  private nodes: number | string | undefined;

  constructor(
    private readonly show: (status: NodeStatus) => void,
    private readonly translate: Translate,
  ) {}

  database(state: DatabaseState): void {
    this.databaseState = state;
    this.update();
  }

  /** The parts of the path that do not answer. */
  away(parts: PartAway[]): void {
    this.partsAway = parts;
    this.update();
  }

  answered(answer: CatalogAnswer): void {
    if ('topics' in answer) this.kafkaFailed = answer.problems.some(({ source }) => source === 'kafka');
    if ('total' in answer) this.nodes = 'isMore' in answer ? `> ${answer.total}` : answer.total;
    this.update();
  }

  failed(error: Error): void {
    if (error instanceof CatalogError && error.source === 'kafka') this.kafkaFailed = true;
    this.update();
  }

  private isAway(wanted: PathPart): boolean {
    return this.partsAway.some(({ part }) => part === wanted);
  }

  private update(): void {
    const status = this.current();
    if (status) this.show(status);
  }

  private current(): NodeStatus | undefined {
    const text = (key: string, params = {}): string => this.translate(`topic-catalog.status.${key}`, params);
    const state = this.databaseState;
    switch (state.state) {
      case 'closed':
        return undefined;
      case 'connecting':
        return { fill: 'yellow', shape: 'ring', text: text('connecting') };
      case 'retrying':
        return { fill: 'red', shape: 'ring', text: text('retrying', { time: timeOfDay(state.nextAttempt) }) };
      case 'connected':
        if (this.isAway('database')) return { fill: 'red', shape: 'ring', text: text('database') };
        if (this.kafkaFailed || this.isAway('kafka'))
          return { fill: 'red', shape: 'ring', text: text('kafka') };
        return {
          fill: 'green',
          shape: 'dot',
          text: this.nodes === undefined ? text('connected') : text('nodes', { count: this.nodes }),
        };
    }
  }
}
