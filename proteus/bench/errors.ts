/** Something the person at the command line got wrong or can put right; the message says what. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's code of an error (`ENOENT`, `EAGAIN`, ...), if it has one. */
export function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
