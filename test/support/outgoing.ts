import type { Message } from 'kafkajs';
import { RecordRun } from '../../nodes/kafka-cluster/patched-kafkajs';
import type { OutgoingRecord } from '../../nodes/kafka-cluster/types';
import { encodeBody } from '../../nodes/shared/record-body';
import type { RecordHeaders } from '../../nodes/shared/record-headers';

/** What a record says; what is absent, it does not have. */
export interface Said {
  key?: Buffer | string | null | undefined;
  value: Buffer | string | null;
  headers?: RecordHeaders | undefined;
  /** milliseconds since 1970; now, where it is absent */
  timestamp?: number | string | undefined;
}

/** A record as the nodes hand it to Kafka. */
export function outgoing({ key, value, headers = {}, timestamp = Date.now() }: Said): OutgoingRecord {
  const bytes = encodeBody({ key: key ?? null, value, headers });
  return { bytes, bodyAt: 0, timestamp: Number(timestamp) };
}

/**
 * Messages for one partition, for a producer of kafkajs: they are written by the nodes' request, which packs by every codec
 * and knows headers without a value.
 */
export function ownMessages(partition: number, all: readonly Said[]): Message[] {
  return new RecordRun(partition, all.map(outgoing)).asMessages;
}
