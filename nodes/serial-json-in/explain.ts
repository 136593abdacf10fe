import type { Translate } from '../shared/translate';
import { shorten, type TextParams } from '../shared/user-error';
import type { JsonError } from './json/json-reader';
import type { RejectReason } from './types';

const CONTROL = /[\p{Cc}\p{Cf}]/gu;

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
    if (reason === 'columns')
      texts.problem = t(`serial-json-in.columns-problem.${params?.kind ?? 'count'}`, texts);
    if (reason === 'doubtful') texts.doubt = t(`serial-json-in.doubts.${params?.kind ?? 'no-number'}`, texts);
    if (reason === 'too-large') texts.excess = t(`serial-json-in.excess.${params?.bound ?? 'depth'}`, texts);
    return t(`serial-json-in.reasons.${reason}`, texts);
  };
}

function problemText({ problem, at, found, field }: JsonError, t: Translate): string {
  const text = t(`serial-json-in.problems.${problem}`, { position: at + 1, found: visible(found.trim()) });
  return field === ''
    ? text
    : t('serial-json-in.problems.in-field', { problem: text, field: shorten(field) });
}

/** A control character says nothing where it is only printed. */
function visible(text: string): string {
  return text.replace(CONTROL, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
