import { UserError, shorten, toError } from '../../shared/user-error';
import { sizedDocument, type ReadingDocument } from './document';
import type { Element } from './identity';
import type { Rejection } from '../rejected/rejected';
import { tooOld } from '../history/retention';
import type { Outcome } from './writer';

/** What became of the readings of one message. */
export interface SinkResult {
  inserted: number;
  /** stored by an earlier delivery of the same reading */
  alreadyThere: number;
  /** kept in the rejected collection */
  rejected: Rejection[];
}

/** One message's readings on their way. */
interface Job {
  open: number;
  result: SinkResult;
  settled: (result: SinkResult) => void;
}

/** One reading on its way, with the message it came in. */
export interface Item {
  job: Job;
  element: Element;
  /** what is to be stored, or why it can't be */
  document: ReadingDocument | UserError;
  /** of the document, at most */
  bytes: number;
}

/**
 * Makes the items of a message's readings.
 * @param retention in days: what is older is refused. 0: nothing is
 * @param settled called once, when all of them are
 */
export function itemsOf(
  elements: readonly Element[],
  retention: number,
  settled: (result: SinkResult) => void,
): Item[] {
  const job = newJob(elements.length, settled);
  if (elements.length === 0) settled(job.result);
  return elements.map((element) => ({ job, element, ...documentOf(element, retention) }));
}

/** Makes the item of a message that can't be taken apart into readings. @param settled called once, when it is kept */
export function itemOfRejection({ element, error }: Rejection, settled: (result: SinkResult) => void): Item {
  return { job: newJob(1, settled), element, document: error, bytes: 0 };
}

function newJob(readings: number, settled: (result: SinkResult) => void): Job {
  return { open: readings, result: { inserted: 0, alreadyThere: 0, rejected: [] }, settled };
}

function documentOf(element: Element, retention: number): Pick<Item, 'document' | 'bytes'> {
  try {
    const sized = sizedDocument(element);
    const refusal = tooOld(sized.document, retention);
    return refusal ? { document: refusal, bytes: 0 } : sized;
  } catch (error) {
    return { document: asRejection(error), bytes: 0 };
  }
}

/** @returns why a reading, or a message, can't be stored: what it throws when it is read is nobody else's matter */
export function asRejection(thrown: unknown): UserError {
  if (thrown instanceof UserError) return thrown;
  return new UserError('mongo-sink.errors.unreadable', { reason: shorten(toError(thrown).message, 300) });
}

/**
 * @param outcomes in the order of the items
 * @param only where but those of one outcome are asked for
 * @returns the documents of a batch that are stored
 */
export function storedOf(
  batch: readonly Item[],
  outcomes: readonly Outcome[],
  only?: Outcome,
): ReadingDocument[] {
  const documents: ReadingDocument[] = [];
  for (const [i, { document }] of batch.entries()) {
    if (document instanceof UserError || outcomes[i] instanceof UserError) continue;
    if (only === undefined || outcomes[i] === only) documents.push(document);
  }
  return documents;
}

/** Notes what became of a reading; its message is settled with the last of its readings. */
export function settle({ job, element }: Item, outcome: Outcome): void {
  if (outcome instanceof UserError) job.result.rejected.push({ element, error: outcome });
  else job.result[outcome]++;
  job.open--;
  if (job.open === 0) job.settled(job.result);
}
