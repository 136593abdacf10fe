import type { Translate } from '../shared/translate';
import type { TextParams } from '../shared/user-error';
import type { JsonError } from './json/json-reader';
import type { RejectReason } from './types';

/** What the text of a reason needs; `length` and `max` are bytes. */
export interface RejectDetails {
  length: number;
  max: number;
  error?: JsonError;
  params?: TextParams;
}

/** Gives the text of a reason in the runtime's language. */
export type Explain = (reason: RejectReason, details: RejectDetails) => string;

/** Makes the texts that say why a line is no reading. */
export function explainer(t: Translate): Explain {
  return (reason, { length, max, error, params }) => {
    const texts: TextParams = { length, max, ...params };
    if (error) texts.problem = problemText(error, t);
    if (reason === 'too-large') texts.excess = t(`serial-json-in.excess.${params?.bound ?? 'depth'}`, texts);
    return t(`serial-json-in.reasons.${reason}`, texts);
  };
}

function problemText({ problem, at, found }: JsonError, t: Translate): string {
  return t(`serial-json-in.problems.${problem}`, { position: at + 1, found: found.trim() });
}
