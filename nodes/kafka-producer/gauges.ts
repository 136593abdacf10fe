import type { GaugeName, Measure } from '../shared/measures';
import type { StoreStats } from './store/record-store';

/** @returns what waits, for whoever watches from outside */
export function outboxGauges(
  { count, bytes, oldest, refused }: StoreStats,
  now: number,
): Measure<GaugeName>[] {
  return [
    { name: 'outbox_records', value: count },
    { name: 'outbox_bytes', value: bytes },
    {
      name: 'outbox_oldest_age_seconds',
      value: oldest === undefined ? 0 : Math.max(0, now - oldest) / 1_000,
    },
    { name: 'outbox_refused_records', value: refused },
  ];
}
