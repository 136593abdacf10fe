import type { RecordHeaders } from '../../shared/record-headers';
import { SCHEMA_HEADERS } from '../../shared/schema-headers';

/** @returns what the header for a record's key or value says, the last one where there are several; undefined for none */
export function schemaHeader(headers: RecordHeaders, part: 'key' | 'value'): Buffer | undefined {
  const given = headers[SCHEMA_HEADERS[part]];
  const last = Array.isArray(given) ? given.at(-1) : given;
  return Buffer.isBuffer(last) ? last : undefined;
}
