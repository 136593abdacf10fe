import { BSON, type CollectionInfo, type Db } from 'mongodb';
import { PRIMARY } from '../history/history-database';
import { unfitKindOf } from '../../shared/collection-kind';
import { UserError } from '../../shared/user-error';

/** What is there of the sink's collections, by name. */
export async function collectionsThere(
  db: Db,
  names: readonly string[],
): Promise<Map<string, CollectionInfo>> {
  const found = await db.listCollections({ name: { $in: [...names] } }, PRIMARY).toArray();
  // Some servers ignore the filter.
  return new Map(
    (found as CollectionInfo[]).filter(({ name }) => names.includes(name)).map((info) => [info.name, info]),
  );
}

/** @returns what tells a collection from another one of its name; '' where the server does not say */
export function identityOf({ info }: Pick<CollectionInfo, 'info'>): string {
  return info?.uuid === undefined ? '' : BSON.EJSON.stringify({ uuid: info.uuid });
}

/** What a collection compares its texts by, as far as that matters here (MongoDB's manual, "Collation"). */
interface Collation {
  locale?: string;
  strength?: number;
  alternate?: string;
  numericOrdering?: boolean;
}

/**
 * Whether texts that differ count as the same by a collection's own collation: of names that would make one node of two.
 * Below the third strength that is case or accents, below the fourth what `alternate` shifts (blanks and punctuation), and
 * numbers are the same whatever zeros stand before them.
 */
export function confusesNames({ options }: Pick<CollectionInfo, 'options'>): boolean {
  const collation = (options?.collation ?? {}) as Collation;
  const { locale, strength = 3, alternate, numericOrdering = false } = collation;
  if (locale === undefined || locale === 'simple') return false;
  return strength < 3 || (strength < 4 && alternate === 'shifted') || (strength < 5 && numericOrdering);
}

/**
 * @param rejected the name of the collection that nothing is looked for in
 * @throws UserError that says which collection can't be used, and why
 */
export function checkFitness(there: ReadonlyMap<string, CollectionInfo>, rejected: string): void {
  for (const [name, info] of there) {
    const kind = unfitKindOf(info) ?? (confusesNames(info) ? 'collation' : undefined);
    // Of what was rejected somebody may want to keep no more than the newest.
    if (kind === undefined || (name === rejected && (kind === 'capped' || kind === 'collation'))) continue;
    throw new UserError(`mongo-sink.errors.unfit-${kind}`, { collection: name });
  }
}
