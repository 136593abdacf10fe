import type { RawLine } from '../../nodes/serial-json-in/lines/line-splitter';
import { decode } from '../../nodes/serial-json-in/lines/line-text';

/** @returns a line as the splitter gives it */
export function rawLine(line: string | Buffer): RawLine {
  const bytes = Buffer.from(line as string);
  return { bytes, text: decode(bytes) };
}
