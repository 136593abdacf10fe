import { types } from 'node:util';
import type { NodeMessage } from 'node-red';
import { shorten } from './user-error';

/**
 * What Node-RED can copy. It does so for Catch and Complete nodes and for each wire but the first, by recursion and element
 * by element: some 1,800 levels overflow its stack, an array that says it is four thousand million elements long takes
 * all memory, and what throws when it is read throws in the middle of Node-RED.
 */
const BOUNDS = { depth: 1_000, effort: 5_000_000, bytes: 512 * 1024 * 1024 };

/** What it costs to copy one: a field's name is looked up and defined, and each number of a typed array has such a name. */
const EFFORT = { element: 1, field: 10 };

/** Node-RED hands on these of a web request instead of copying them. */
const NOT_COPIED: ReadonlySet<string> = new Set(['req', 'res']);

/** A message without what keeps it from being copied. */
export interface Copyable {
  message: NodeMessage;
  /** names of what is left out */
  leftOut: string[];
  /** why, in English */
  reason: string;
}

/** @returns undefined where Node-RED can copy a message; else those of its fields that it can */
export function withoutUncopyable(message: NodeMessage): Copyable | undefined {
  const reason = obstacle(message, true);
  if (reason === undefined) return undefined;
  const fields = message as Record<string, unknown>;
  const copyable: Record<string, unknown> = {};
  const leftOut: string[] = [];
  for (const name of namesOf(fields)) {
    const field = readable(fields, name);
    if (field && obstacle(field.value, false) === undefined) copyable[name] = field.value;
    else leftOut.push(name);
  }
  if (obstacle(copyable, true) === undefined) return { message: copyable, leftOut, reason };
  // Only all of it together is too much.
  const { _msgid } = message;
  return { message: _msgid === undefined ? {} : { _msgid }, leftOut: Object.keys(copyable), reason };
}

/**
 * @returns undefined where Node-RED can tell Catch nodes an error about a message; else those of its fields with which it
 *   can: it asks a message and its `error` by their `hasOwnProperty` what they have, and data may have brought another one
 */
export function withoutUnreportable(message: NodeMessage): Copyable | undefined {
  const copyable = withoutUncopyable(message);
  const fields = (copyable?.message ?? message) as Record<string, unknown>;
  const minded = namesOf(fields).filter((name) => {
    const value = readable(fields, name)?.value;
    return name === 'hasOwnProperty' || (name === 'error' && isBranch(value) && !canBeAsked(value));
  });
  if (minded.length === 0) return copyable;
  const rest = namesOf(fields).filter((name) => !minded.includes(name));
  return {
    message: Object.fromEntries(rest.map((name) => [name, readable(fields, name)?.value])),
    leftOut: [...(copyable?.leftOut ?? []), ...minded],
    reason: copyable?.reason ?? 'it has a hasOwnProperty of its own',
  };
}

function canBeAsked(value: object): boolean {
  return typeof readable(value as Record<string, unknown>, 'hasOwnProperty')?.value === 'function';
}

function namesOf(fields: object): string[] {
  try {
    return Object.keys(fields);
  } catch {
    // A Proxy that does not say what it has.
    return [];
  }
}

function readable(fields: Record<string, unknown>, name: string): { value: unknown } | undefined {
  try {
    return { value: fields[name] };
  } catch {
    return undefined;
  }
}

/** @returns what keeps a value from being copied, in English */
function obstacle(value: unknown, isMessage: boolean): string | undefined {
  try {
    return isBranch(value) ? new Walk(value, isMessage).obstacle() : undefined;
  } catch (thrown) {
    return `it can't be read: ${shorten(thrown)}`;
  }
}

/** An object on the way down from the message, and what is inside it. */
interface Step {
  readonly branch: object;
  readonly inside: object[];
  next: number;
  effort: number;
}

/**
 * Goes down into a value as Node-RED's copying does, but by a list of steps, since its depth is in question. What stands in
 * several places is looked at once and counted in each: whoever writes it out, as debug nodes and dashboards do, meets
 * it as often.
 */
class Walk {
  /** what has been gone through, with its effort; while one is under way, 0: it contains itself */
  private readonly known = new Map<object, number>();
  private readonly steps: Step[] = [];
  private bytes = 0;

  constructor(
    private readonly root: object,
    private readonly isMessage: boolean,
  ) {}

  obstacle(): string | undefined {
    this.begin(this.root);
    for (let step = this.steps.at(-1); step; step = this.steps.at(-1)) {
      if (this.steps.length > BOUNDS.depth) return `nested deeper than ${BOUNDS.depth} levels`;
      if (step.effort > BOUNDS.effort) return 'too many fields and elements';
      if (this.bytes > BOUNDS.bytes) return `more than ${BOUNDS.bytes} bytes`;
      const inner = step.inside[step.next++];
      if (inner === undefined) {
        this.known.set(step.branch, step.effort);
        this.steps.pop();
        const around = this.steps.at(-1);
        if (around) around.effort += step.effort;
        continue;
      }
      const effort = this.known.get(inner);
      if (effort === undefined) this.begin(inner);
      else step.effort += effort;
    }
    return undefined;
  }

  private begin(branch: object): void {
    const step: Step = { branch, inside: [], next: 0, effort: 0 };
    this.known.set(branch, 0);
    this.steps.push(step);
    if (Array.isArray(branch)) return this.elements(branch, step);
    if (ArrayBuffer.isView(branch) || types.isAnyArrayBuffer(branch)) {
      this.bytes += branch.byteLength;
      if ('length' in branch && !Buffer.isBuffer(branch)) step.effort += EFFORT.field * Number(branch.length);
      return;
    }
    // Errors are handed on as they are.
    if (types.isNativeError(branch)) return;
    if (types.isMap(branch)) {
      this.elements(Array.from(branch.keys()), step);
      this.elements(Array.from(branch.values()), step);
    }
    if (types.isSet(branch)) this.elements(Array.from(branch), step);
    this.fields(branch as Record<string | symbol, unknown>, step);
  }

  private elements(elements: readonly unknown[], step: Step): void {
    step.effort += EFFORT.element * elements.length;
    if (step.effort > BOUNDS.effort) return;
    for (const element of elements) if (isBranch(element)) step.inside.push(element);
  }

  private fields(branch: Record<string | symbol, unknown>, step: Step): void {
    const isTop = this.isMessage && branch === this.root;
    for (const name in branch) {
      step.effort += EFFORT.field;
      if (step.effort > BOUNDS.effort) return;
      if (isTop && NOT_COPIED.has(name)) continue;
      const field = branch[name];
      if (isBranch(field)) step.inside.push(field);
    }
    for (const name of Object.getOwnPropertySymbols(branch)) {
      const field = branch[name];
      if (isBranch(field)) step.inside.push(field);
    }
  }
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
