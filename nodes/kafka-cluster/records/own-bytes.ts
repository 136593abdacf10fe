import type { IncomingRecord } from '../types';

/** Gives records bytes of their own: a part of a batch would keep all of it in memory, once for each part. */
export function detach(records: readonly IncomingRecord[]): void {
  for (const record of records) {
    if (record.key) record.key = Buffer.from(record.key);
    if (record.value) record.value = Buffer.from(record.value);
    for (const [name, header] of Object.entries(record.headers)) {
      if (Array.isArray(header)) header.forEach((each, index) => (header[index] = copyOf(each)));
      else record.headers[name] = copyOf(header);
    }
  }
}

function copyOf<T>(value: T): T | Buffer {
  return Buffer.isBuffer(value) ? Buffer.from(value) : value;
}
