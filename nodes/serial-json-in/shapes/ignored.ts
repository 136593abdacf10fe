/**
 * Makes the test for lines that are to be left out, as a board's log.
 * @param patterns what such a line is, `*` for any text: `I (*`, `*debug*`
 */
export function ignoring(patterns: readonly string[]): (line: string) => boolean {
  const parts = patterns.map((pattern) => pattern.split('*'));
  return (line) => parts.some((pieces) => matches(line, pieces));
}

/** @returns whether a name is one of those of a setting, `*` in these for any text */
export function matchesAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches(name, pattern.split('*')));
}

/** In one walk through the line: what data reaches may not go back, as a regular expression does. */
function matches(line: string, pieces: readonly string[]): boolean {
  const [first = '', ...others] = pieces;
  const last = others.pop();
  if (last === undefined) return line === first;
  if (!line.startsWith(first)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = line.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return line.length - at >= last.length && line.endsWith(last);
}
