import type { RecordSchema } from '../../schema-registry/types';
import type { RecordHeaders } from '../../shared/record-headers';

/**
 * In front of the 16 bytes of a GUID, by which some writers name a schema in a header instead of in front of the bytes. Of
 * Protobuf it also says which of the schema's messages it is, behind the GUID.
 */
const MAGIC = 1;
const NAME_BYTES = 17;

/**
 * Bytes whose schema a header names have no frame: what stands at their beginning is no schema's id, also where it looks
 * like one.
 * @returns what sets them aside; undefined where the header is absent, or is something else
 */
export function namedByHeader(headers: RecordHeaders, part: 'key' | 'value'): RecordSchema | undefined {
  const name = `__${part}_schema_id`;
  const given = headers[name];
  const last = Array.isArray(given) ? given.at(-1) : given;
  if (!Buffer.isBuffer(last) || last.length < NAME_BYTES || last[0] !== MAGIC) return undefined;
  const guid = last.toString('hex', 1, NAME_BYTES).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const detail = `the header ${name} names the schema ${guid}: only schemas named in front of the ${part}'s bytes are read`;
  return { decode: () => ({ reason: 'not-framed', detail }) };
}
