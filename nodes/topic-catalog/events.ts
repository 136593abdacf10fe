import type { EventsAnswer, LiveReading, NodeEvent, NodeEventKind } from './answers';
import type { NodeRecord } from './node-record';
import type { NodeIndex } from './nodes';

const KEPT_EVENTS = 200;

/** Notices when a node falls silent or comes back, and when one of its sensors stops or begins to answer. */
export class NodeEvents {
  private readonly kept: NodeEvent[] = [];
  private nextId = 1;

  constructor(private readonly nodes: NodeIndex) {}

  /** @returns what this stored reading changed; `record` is its node, which has taken the reading already. */
  onReading(record: NodeRecord, reading: LiveReading, now = Date.now()): NodeEvent[] {
    const events: NodeEvent[] = [];
    const tell = (kind: NodeEventKind, variables: string[] = []): void => {
      events.push(this.keep({ at: now, kind, nodo: reading.nodo, topic: reading.topic, variables }));
    };
    // A reading that arrives late, out of a backlog, is no sign of life.
    if (record.stateAt(now, this.nodes.silentAfter) === 'live') {
      if (record.toldState === 'silent') tell('back');
      record.toldState = 'live';
    }

    const { broken } = record;
    const names = Object.keys(reading.valores);
    const lost = names.filter((name) => reading.valores[name] === null && !broken.has(name));
    const found = names.filter((name) => reading.valores[name] !== null && broken.has(name));
    for (const name of lost) broken.add(name);
    for (const name of found) broken.delete(name);
    if (lost.length > 0) tell('sensor-error', lost);
    if (found.length > 0) tell('sensor-ok', found);
    return events;
  }

  /** @returns the nodes that have fallen silent since the last call; only those that were heard before can. */
  sweep(now = Date.now()): NodeEvent[] {
    const events: NodeEvent[] = [];
    for (const record of this.nodes.heard()) {
      if (record.toldState !== 'live' || record.stateAt(now, this.nodes.silentAfter) !== 'silent') continue;
      record.toldState = 'silent';
      events.push(
        this.keep({ at: now, kind: 'silent', nodo: record.nodo, topic: record.topic, variables: [] }),
      );
    }
    return events;
  }

  answer(): EventsAnswer {
    return { at: Date.now(), events: this.kept.toReversed() };
  }

  private keep(event: Omit<NodeEvent, 'id'>): NodeEvent {
    const kept = { id: this.nextId++, ...event };
    this.kept.push(kept);
    if (this.kept.length > KEPT_EVENTS) this.kept.shift();
    return kept;
  }
}
