import { isWatched, measureStored, type NodeMeasures } from '../shared/measures';
import type { PipelineMessage } from '../shared/messages';
import { isReadingId, readingTime } from '../shared/reading-id';
import { reasonOf } from './rejected/reasons';
import type { SinkResult } from './storing/items';

/** Counts what became of a message, and how long its readings took from their lines, where somebody watches. */
export function measure(
  measures: NodeMeasures,
  { readingId, kafka }: PipelineMessage,
  { inserted, alreadyThere, rejected }: SinkResult,
): void {
  if (!isWatched()) return;
  measures.count('stored_readings_total', inserted);
  measures.count('already_stored_readings_total', alreadyThere);
  for (const { error } of rejected) measures.count('rejected_readings_total', 1, { reason: reasonOf(error) });
  // Which of a batch were there already is not told: a time that is measured again says as much.
  if (inserted === 0) return;
  const now = Date.now();
  for (const id of kafka?.records?.map((record) => record.readingId) ?? [readingId]) {
    if (isReadingId(id)) measureStored((now - readingTime(id)) / 1_000);
  }
}
