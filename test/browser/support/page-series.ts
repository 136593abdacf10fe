import { ROW, answerOf } from './page-answers';

/** Numbers of a node's variables, one each `stepMs` up to `end`. */
export interface ShownNode {
  values: Record<string, readonly (number | null)[]>;
  stepMs: number;
  end: number;
  /** texts in place of numbers, by variable */
  states?: Record<string, readonly string[]>;
  /** which of the values are true (1) and false (0) */
  booleans?: readonly string[];
}

/** What topic-catalog would answer of these nodes; what else is asked gets the answers of page-answers.ts. */
export function answerOfNodes(
  nodes: Readonly<Record<string, ShownNode>>,
  action: string,
  payload: Record<string, unknown>,
): unknown {
  const base = answerOf(action) as object;
  const nodo = typeof payload.nodo === 'string' ? payload.nodo : undefined;
  if (action === 'nodes') {
    const names = Object.keys(nodes).filter((name) => nodo === undefined || name === nodo);
    const rows = names.map((name) => ({
      ...ROW,
      nodo: name,
      ts: nodes[name]!.end,
      valores: lastOf(nodes[name]!),
    }));
    return { ...base, nodes: rows, total: rows.length, matching: rows.length };
  }
  if (action !== 'series') return base;
  const node = nodes[nodo ?? ''];
  if (!node) return { ...base, nodo, known: false, last: null };
  const { end, stepMs, values, states = {}, booleans = [] } = node;
  const length = Math.max(...[...Object.values(values), ...Object.values(states)].map((list) => list.length));
  const times = Array.from({ length }, (_, index) => end - (length - 1 - index) * stepMs);
  const summary = { n: 0, min: null, mean: null, max: null };
  const columns = [
    ...Object.entries(values).map(([name, mean]) => ({
      name,
      mean,
      summary,
      ...(booleans.includes(name) ? { isBoolean: true } : {}),
    })),
    ...Object.entries(states).map(([name, list]) => ({
      name,
      mean: list.map(() => null),
      states: list,
      summary,
    })),
  ];
  return { ...base, nodo, readings: length, last: end, times, columns };
}

function lastOf({ values, states = {}, booleans = [] }: ShownNode): Record<string, unknown> {
  return Object.fromEntries(
    [...Object.entries(values), ...Object.entries(states)].map(([name, list]) => [
      name,
      booleans.includes(name) ? list.at(-1) === 1 : list.at(-1),
    ]),
  );
}
