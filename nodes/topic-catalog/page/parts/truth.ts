import type { ViewContext } from '../view-context';

type Words = Pick<ViewContext, 'texts' | 'format'>;

/** @returns what false and true are called, for a chart */
export function truthOf({ texts }: Pick<Words, 'texts'>): readonly [no: string, yes: string] {
  return [texts.node.no, texts.node.yes];
}

/** @param share of a boolean, or how much of the time it was true, from 0 to 1 */
export function truthInWords(share: number | boolean, { texts, format }: Words): string {
  const [no, yes] = truthOf({ texts });
  const part = Number(share);
  return part === 1 ? yes : part === 0 ? no : `${format.number(100 * part)} %`;
}
