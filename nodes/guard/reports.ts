/** What was refused, by the name of its text in the catalog. */
export type RefusedKind = 'host' | 'origin' | 'editor' | 'classic' | 'dashboard-2';

/** Says it in the log. @param what came; as its sender wrote it */
export type Report = (kind: RefusedKind, what: string, address: string) => void;

const QUIET_MS = 60_000;
const MOST_TEXT = 100;

/** Whoever is refused once may try a thousand times a second: each kind is said once a minute. */
export function quietly(report: Report, now: () => number = () => performance.now()): Report {
  const said = new Map<RefusedKind, number>();
  return (kind, what, address) => {
    const before = said.get(kind);
    if (before !== undefined && now() - before < QUIET_MS) return;
    said.set(kind, now());
    report(kind, printable(what), address);
  };
}

/** Nothing of it may look like a line of the log. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\xa0-\uffff]|[\u2028-\u202e\u2066-\u2069]/g, '?').slice(0, MOST_TEXT);
}
