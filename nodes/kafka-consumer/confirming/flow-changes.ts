/** What Node-RED tells when flows have started; `diff` lists the ids of a partial deploy. */
export interface FlowsStarted {
  type?: string;
  diff?: { added?: string[]; changed?: string[]; removed?: string[]; rewired?: string[] } | undefined;
}

/** @returns whether a deploy has touched any node: one that held messages may be gone */
export function touchesAnything({ type, diff }: FlowsStarted): boolean {
  if (!diff || (type !== 'nodes' && type !== 'flows')) return true;
  return [diff.added, diff.changed, diff.removed, diff.rewired].some((ids) => (ids?.length ?? 0) > 0);
}
