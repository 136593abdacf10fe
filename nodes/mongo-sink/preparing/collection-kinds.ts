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

/** Whether texts that differ count as the same by a collection's own collation: of names that would make one node of two. */
export function confusesNames({ options }: Pick<CollectionInfo, 'options'>): boolean {
  const { locale, strength = 3 } = (options?.collation ?? {}) as { locale?: string; strength?: number };
  return locale !== undefined && locale !== 'simple' && strength < 3;
}

/** @throws UserError that says which collection can't be used, and why. @param roles the collections by what they are for */
export function checkFitness(
  there: ReadonlyMap<string, CollectionInfo>,
  roles: { nodos: string; rejected: string },
): void {
  for (const [name, info] of there) {
    const kind = unfitKindOf(info) ?? (name === roles.nodos && confusesNames(info) ? 'collation' : undefined);
    // Of what was rejected somebody may want to keep no more than the newest.
    if (kind === undefined || (kind === 'capped' && name === roles.rejected)) continue;
    throw new UserError(`mongo-sink.errors.unfit-${kind}`, { collection: name });
  }
}
