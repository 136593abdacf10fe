import { MongoServerError, type Db, type Document, type Filter } from 'mongodb';
import { TIMEOUT, askDatabase } from './database-source';
import { ListedNames, UNLISTABLE, UNLISTABLE_BY_PATTERN } from './listed-names';
import type { ReadingsSource } from './readings';

/** What a list needs of each node; its values, which may be long, are asked for where they are shown. */
const LISTED: Document = {
  topic: 1,
  ts: 1,
  fecha: 1,
  hora: 1,
  'adelantado.ts': 1,
  'adelantado.visto': 1,
};
const PIECE = 500;

const NAME_ALONE: Document = { _id: 0 };

/** What an `$in` costs the embedded database grows with the square of its length. */
const LOOKED_UP = 25;
/** Values may be some hundred kilobytes of a node. */
const VALUES_PIECE = 10;

/** How many known names are in the windows in which those after a name are looked for, one after the other. */
const STEPS = [3, 10, 30, 100, 300];
/** Where none is known: how many characters are left off its end. */
const ENDINGS = [2, 3, 5];
/** ... and of a beginning, which most likely goes on with a number: what is put to its end. */
const FIRST_NUMBERS = ['00', '0'];

/** How often a page is filled up in place of names that no list can hold, before the server is to pass over them. */
const FILLED_UP = 5;

/** Names of nodes, from the first on and up to the second, without it; both in the database's order. */
interface NameRange {
  from: string;
  to: string | undefined;
}

/** The same as a server is asked for it. */
interface NameWindow {
  $gt?: string;
  $gte?: string;
  $lt?: string;
}

/** Nodes of a topic (null: of none that is known; undefined: of any), whose names begin with one of some texts. */
export interface NodesWanted {
  topic: string | null | undefined;
  beginnings: readonly string[];
}

/** How many there are, or that there are more than so many. */
export interface Counted {
  count: number;
  isMore: boolean;
}

/**
 * What is asked of the list of nodes where it is too long to be kept in memory: by the indexes {nodo: 1} and
 * {topic: 1, nodo: 1}, in the order of the names.
 */
export class NodeList {
  /** some of the names in their order, by which ranges are parted */
  private fences: readonly string[] = [];
  private readonly listed = new ListedNames();

  constructor(private readonly source: ReadingsSource) {}

  /** @param names some that there are, in any order; the more evenly they are spread, the less is read for a page */
  learn(names: Iterable<string>): void {
    this.fences = Array.from(names, (name) => ({ name, bytes: Buffer.from(name) }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      .map(({ name }) => name);
  }

  /** The first nodes in any order, without their values. */
  async forEach(limit: number, each: (document: Document) => void): Promise<void> {
    await this.ask(async (db) => {
      const nodos = this.in(db);
      const options = { limit, batchSize: PIECE, ...TIMEOUT };
      let others = 0;
      const found = await this.listed.forEach(nodos, {}, LISTED, options, (document, isListable) => {
        if (isListable) each(document);
        else others++;
      });
      // They may stand before as many nodes as were asked for.
      if (others > 0 && found === limit)
        await this.listed.forEachByPattern(nodos, {}, LISTED, options, (document) => each(document));
    });
  }

  /** The whole documents of some nodes. */
  async withValues(names: readonly string[]): Promise<Document[]> {
    return this.ask(async (db) => {
      const documents: Document[] = [];
      for (let from = 0; from < names.length; from += LOOKED_UP) {
        const nodo = { $in: names.slice(from, from + LOOKED_UP) };
        const found = this.in(db).find({ nodo }, { batchSize: VALUES_PIECE, ...TIMEOUT });
        for await (const document of found) documents.push(document);
      }
      return documents;
    });
  }

  /**
   * The names after one, or the first ones.
   * @param skip how many are left out, where no name is given
   */
  async names(
    wanted: NodesWanted,
    after: string | undefined,
    skip: number,
    limit: number,
  ): Promise<string[]> {
    return this.ask(async (db) => {
      const names: string[] = [];
      let left = skip;
      for (const { from, to } of beginningsOf(wanted)) {
        if (after !== undefined && to !== undefined && !isBefore(after, to)) continue;
        const isInside = after !== undefined && !isBefore(after, from);
        const begin = isInside ? { $gt: after } : { $gte: from };
        for (const window of windowsOf(begin, this.endsAfter(isInside ? after : from, to), to)) {
          await this.forEachName(db, wanted.topic, window, left + limit - names.length, (nodo) => {
            if (left > 0) left--;
            else names.push(nodo);
          });
          if (names.length >= limit) return names;
        }
      }
      return names;
    });
  }

  /** @param upTo more are not counted */
  async count(wanted: NodesWanted, upTo: number): Promise<Counted> {
    const { length } = await this.names(wanted, undefined, 0, upTo + 1);
    return { count: Math.min(length, upTo), isMore: length > upTo };
  }

  /** Those that other programs have stored under what no list can hold: no text, or a very long one. */
  async countUnlistable(upTo: number): Promise<Counted> {
    const count = await this.ask(async (db) => {
      try {
        return await this.countOf(db, UNLISTABLE, upTo + 1);
      } catch (error) {
        if (!(error instanceof MongoServerError)) throw error;
        return this.countOf(db, UNLISTABLE_BY_PATTERN, upTo + 1);
      }
    });
    return { count: Math.min(count, upTo), isMore: count > upTo };
  }

  private async countOf(db: Db, filter: Filter<Document>, limit: number): Promise<number> {
    const options = { projection: { _id: 1 }, limit, batchSize: limit, ...TIMEOUT };
    return (await this.in(db).find(filter, options).toArray()).length;
  }

  /** The first names of a window that a list takes, in their order. */
  private async forEachName(
    db: Db,
    topic: NodesWanted['topic'],
    window: NameWindow,
    limit: number,
    each: (nodo: string) => void,
  ): Promise<void> {
    let [open, left] = [window, limit];
    for (let round = 0; ; round++) {
      let [reached, isLast]: [string | undefined, boolean] = [undefined, false];
      const asked = left;
      const take = ({ nodo }: Document, isListable: boolean): void => {
        if (typeof nodo !== 'string' || nodo === '') return;
        [reached, isLast] = [nodo, isListable];
        if (!isListable) return;
        left--;
        each(nodo);
      };
      const filter = filterOf(topic, open);
      const options = { sort: { nodo: 1 as const }, limit: asked, batchSize: asked, ...TIMEOUT };
      const isFilledUp = round < FILLED_UP;
      const found = isFilledUp
        ? await this.listed.forEach(this.in(db), filter, NAME_ALONE, options, take)
        : await this.listed.forEachByPattern(this.in(db), filter, NAME_ALONE, options, take);
      if (left === 0 || found < asked) return;
      if (reached === undefined) {
        // Nothing but lists of names, of which none is to be shown.
        if (!isFilledUp) return;
        round = FILLED_UP;
        continue;
      }
      // All that begin with what is left of a name that was cut are too long as well.
      const next = isLast ? { $gt: reached } : nextAfterAllOf(reached);
      if (!next || (open.$lt !== undefined && !isBefore(reached, open.$lt))) return;
      open = { ...next, ...(open.$lt === undefined ? {} : { $lt: open.$lt }) };
    }
  }

  /** The ends of growing windows behind a name: by the names that are known, else by how it begins. */
  private endsAfter(name: string, to: string | undefined): string[] {
    const { fences } = this;
    let [low, high] = [0, fences.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(name, fences[middle]!)) high = middle;
      else low = middle + 1;
    }
    const ends = STEPS.flatMap((step) => fences[low + step] ?? []);
    if (ends.length === 0) {
      ends.push(...FIRST_NUMBERS.flatMap((first) => afterAllOf(name + first) ?? []));
      ends.push(...ENDINGS.flatMap((left) => endWithout(name, left) ?? []));
    }
    return to === undefined ? ends : ends.filter((end) => isBefore(end, to));
  }

  private in(db: Db): ReturnType<Db['collection']> {
    return db.collection(this.source.nodesCollection);
  }

  private ask<T>(question: (db: Db) => Promise<T>): Promise<T> {
    return askDatabase(this.source, question);
  }
}

/** Nothing but what an index serves. */
function filterOf(topic: NodesWanted['topic'], nodo: NameWindow): Filter<Document> {
  return { ...(topic === undefined ? {} : { topic }), nodo };
}

function nextAfterAllOf(beginning: string): NameWindow | undefined {
  const $gte = afterAllOf(beginning);
  return $gte === undefined ? undefined : { $gte };
}

/** The ranges of names that begin with one of the texts, in order, none inside of another. */
function beginningsOf({ beginnings }: NodesWanted): NameRange[] {
  if (beginnings.length === 0) return [{ from: '', to: undefined }];
  const ranges = beginnings.map((from) => ({ from, to: afterAllOf(from) }));
  ranges.sort((a, b) => order(a.from, b.from));
  return ranges.filter(({ from }, i) => !ranges.some((other, k) => k < i && from.startsWith(other.from)));
}

/**
 * Parts a range into growing windows: a server that does not stop at a limit reads no more than the window.
 * @param ends where the windows end, rising
 */
function* windowsOf(
  begin: NameWindow,
  ends: readonly string[],
  to: string | undefined,
): Iterable<NameWindow> {
  let from = begin;
  for (const end of ends) {
    yield { ...from, $lt: end };
    from = { $gte: end };
  }
  yield to === undefined ? from : { ...from, $lt: to };
}

/** @returns the least name after all that begin as this one does without its last characters */
function endWithout(name: string, left: number): string | undefined {
  const characters = Array.from(name);
  return characters.length > left ? afterAllOf(characters.slice(0, -left).join('')) : undefined;
}

const LAST_CHARACTER = 0x10ffff;
/** What stands between these is half a character. */
const [SURROGATES, AFTER_SURROGATES] = [0xd800, 0xe000];

/** @returns the least text after all that begin with this one; undefined where there is none */
function afterAllOf(beginning: string): string | undefined {
  const codes = Array.from(beginning, (character) => character.codePointAt(0) ?? 0);
  while (codes.at(-1) === LAST_CHARACTER) codes.pop();
  const last = codes.pop();
  if (last === undefined) return undefined;
  const next = last + 1 >= SURROGATES && last + 1 < AFTER_SURROGATES ? AFTER_SURROGATES : last + 1;
  return String.fromCodePoint(...codes, next);
}

function isBefore(a: string, b: string): boolean {
  return order(a, b) < 0;
}

/** The database's order: that of the bytes in UTF-8. */
function order(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
