import type { EventsAnswer, LiveReading, NodeEvent, NodeEventKind } from './contract';
import { LimitWatch, Limits } from './limits';
import type { NodeRecord } from './node-record';
import type { NodeIndex } from './nodes';

const KEPT_EVENTS = 200;

/** Notices when a node falls silent or comes back, and when one of its sensors stops or begins to answer. */
export class NodeEvents {
  private readonly kept: NodeEvent[] = [];
  private nextId = 1;

  constructor(
    private readonly nodes: NodeIndex,
    private readonly limits = new LimitWatch(new Limits()),
  ) {}

  /** @returns what this stored reading changed; `record` is its node, which has taken the reading already. */
  onReading(record: NodeRecord, reading: LiveReading, now = Date.now()): NodeEvent[] {
    const events: NodeEvent[] = [];
    const { pulse } = record;
    const tell = (kind: NodeEventKind, variables: string[] = []): void => {
      events.push(this.keep({ at: now, kind, nodo: reading.nodo, topic: reading.topic, variables }));
    };
    // A reading that arrives late, out of a backlog, is no sign of life.
    if (this.nodes.stateOf(record, now) === 'live') {
      if (pulse.told === 'silent') tell('back');
      pulse.told = 'live';
      this.nodes.silence.expect(pulse);
    }

    const broken = pulse.broken ?? new Set();
    const names = Object.keys(reading.valores);
    const lost = names.filter((name) => reading.valores[name] === null && !broken.has(name));
    const found = names.filter((name) => reading.valores[name] !== null && broken.has(name));
    for (const name of lost) broken.add(name);
    for (const name of found) broken.delete(name);
    pulse.broken = broken.size > 0 ? broken : undefined;
    if (lost.length > 0) tell('sensor-error', lost);
    if (found.length > 0) tell('sensor-ok', found);
    // A late reading, out of a backlog or a clock that is behind, was judged by those that came before it.
    if (reading.ahead !== undefined || record.ts === null || reading.ts >= record.ts) {
      const time = reading.ahead === undefined ? reading.ts : now;
      for (const { kind, variable, limit, value } of this.limits.onReading(reading, time)) {
        const about = { nodo: reading.nodo, topic: reading.topic, variables: [variable] };
        events.push(this.keep({ at: now, kind, ...about, limit, value }));
      }
    }
    return events;
  }

  /** @returns the nodes that have fallen silent since the last call; only those that were heard before can. */
  sweep(now = Date.now()): NodeEvent[] {
    return this.nodes.silence
      .sweep(now)
      .map(({ nodo, topic }) => this.keep({ at: now, kind: 'silent', nodo, topic, variables: [] }));
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
