import { limitLines, type LimitSetting } from '../shared/limit-lines';
import { numberOf } from '../shared/stored-reading';
import { UserError, shorten } from '../shared/user-error';
import type { Limit, LiveReading, NodeEvent, VariableSetting } from './contract';

/** What a reading changed: the same fields as those of an event. */
export type LimitChange = Required<Pick<NodeEvent, 'limit' | 'value'>> & {
  kind: 'above' | 'below' | 'limit-ok';
  variable: string;
};

interface State {
  nodo: string;
  variable: string;
  /** time of the first reading beyond the limit, of those that follow each other */
  since: number;
  told: boolean;
}

/** Only nodes that are beyond a limit are remembered, and no more than so many of them. */
const MAX_STATES = 100_000;
const NONE: readonly LimitSetting[] = [];

/**
 * Reads the limits of the dialog.
 * @throws UserError that names the line that can't be read
 */
export function readLimits(text: string): LimitSetting[] {
  return limitLines(text).map(({ line, limit }) => {
    if (!limit) throw new UserError('topic-catalog.errors.limit', { value: shorten(line) });
    return limit;
  });
}

/** The limits of the dialog, and those that are set on the page: both hold. */
export class Limits {
  private readonly fixed: ReadonlyMap<string, readonly LimitSetting[]>;
  /** by variable, and there by node; null: of every node that has none of its own */
  private set = new Map<string, Map<string | null, readonly LimitSetting[]>>();

  constructor(fixed: readonly LimitSetting[] = []) {
    const byVariable = new Map<string, LimitSetting[]>();
    for (const limit of fixed)
      byVariable.set(limit.variable, [...(byVariable.get(limit.variable) ?? []), limit]);
    this.fixed = byVariable;
  }

  /** Takes what is set on the page now. */
  setOnPage(settings: readonly VariableSetting[]): void {
    this.set = new Map();
    for (const { nodo, variable, limits } of settings) {
      if (!limits) continue;
      const ofVariable = this.set.get(variable) ?? new Map<string | null, readonly LimitSetting[]>();
      this.set.set(variable, ofVariable);
      ofVariable.set(
        nodo,
        limits.map((limit) => ({ nodo, variable, ...limit })),
      );
    }
  }

  /** @returns those of a node's variable */
  of(nodo: string, variable: string): readonly LimitSetting[] {
    const fixed = (this.fixed.get(variable) ?? NONE).filter(
      (limit) => limit.nodo === null || limit.nodo === nodo,
    );
    const ofVariable = this.set.get(variable);
    return ofVariable ? [...fixed, ...(ofVariable.get(nodo) ?? ofVariable.get(null) ?? NONE)] : fixed;
  }

  /** @returns all that hold for a node, as a chart shows them */
  ofNode(nodo: string): Limit[] {
    const variables = new Set([...this.fixed.keys(), ...this.set.keys()]);
    return [...variables]
      .flatMap((variable) => this.of(nodo, variable))
      .map(({ nodo: of, variable, side, value }) => ({ nodo: of, variable, side, value }));
  }
}

/** Notices when a variable has been beyond a limit for its time, and when it is back by more than the hysteresis. */
export class LimitWatch {
  private readonly states = new Map<string, State>();

  constructor(private readonly limits: Limits) {}

  /**
   * Takes a node's newest reading.
   * @param time when it was, in milliseconds since 1970; time passes by readings alone, so that a backlog that comes at
   *   once says the same as its readings would have said one by one
   */
  onReading({ nodo, valores }: Pick<LiveReading, 'nodo' | 'valores'>, time: number): LimitChange[] {
    const changes: LimitChange[] = [];
    for (const [variable, given] of Object.entries(valores)) {
      for (const limit of this.limits.of(nodo, variable)) {
        const value = numberOf(given);
        // No answer of the sensor is told by itself, and says nothing of the value.
        if (value === null) continue;
        const kind = this.change(nodo, limit, value, time);
        if (kind) changes.push({ kind, variable, limit: limit.value, value });
      }
    }
    return changes;
  }

  /** To be called when the limits have changed: what was beyond one that is gone is beyond nothing. */
  forgetGone(): void {
    for (const [key, { nodo, variable }] of this.states) {
      if (!this.limits.of(nodo, variable).some((limit) => keyOf(nodo, limit) === key))
        this.states.delete(key);
    }
  }

  private change(
    nodo: string,
    limit: LimitSetting,
    value: number,
    time: number,
  ): LimitChange['kind'] | undefined {
    const { side, value: bound, seconds, hysteresis } = limit;
    const key = keyOf(nodo, limit);
    const beyond = side === 'above' ? value - bound : bound - value;
    const state = this.states.get(key);
    if (beyond > 0) {
      const now = state ?? this.begin(key, { nodo, variable: limit.variable, since: time, told: false });
      if (now.told || time - now.since < seconds * 1_000) return undefined;
      now.told = true;
      return side;
    }
    if (!state || (state.told && beyond >= -hysteresis && hysteresis > 0)) return undefined;
    this.states.delete(key);
    return state.told ? 'limit-ok' : undefined;
  }

  private begin(key: string, state: State): State {
    this.states.set(key, state);
    for (const oldest of this.states.keys()) {
      if (this.states.size <= MAX_STATES) break;
      this.states.delete(oldest);
    }
    return state;
  }
}

/** The limit itself, wherever it is set: one that stands twice is told once. */
function keyOf(nodo: string, { variable, side, value, seconds, hysteresis }: LimitSetting): string {
  return `${side}|${value}|${seconds}|${hysteresis}|${JSON.stringify([nodo, variable])}`;
}
