/** How log files and the terminal of `npm start` have their lines: as they come, or each as one of JSON. */
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** @returns the format that LOG_FORMAT asks for; undefined where it is none */
export function logFormatOf(setting: string | undefined): LogFormat | undefined {
  return setting === undefined || setting === '' ? 'text' : LOG_FORMATS.find((format) => format === setting);
}

/**
 * @param source the program that has written the line
 * @param line what is JSON already stays as it is
 */
export function formatLine(format: LogFormat, source: string, line: string, now = new Date()): string {
  if (format === 'text' || isObject(line)) return line;
  return JSON.stringify({ time: now.toISOString(), source, message: line });
}

function isObject(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
