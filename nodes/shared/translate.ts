import { PACKAGE_NAME } from './package-name';
import { UserError, untranslated, type TextParams } from './user-error';

/** Looks up a full key (`kafka-producer.status.connected`) in the runtime's language. */
export type Translate = (key: string, params?: TextParams) => string;

/**
 * Makes the translator of a node file. A bare key is looked up by Node-RED in the catalog of the calling file only;
 * with the catalog named in full, code in `nodes/shared` and in the config nodes can use texts as well.
 * @param RED the node file's runtime API, or the part of it that translates
 */
export function translator(RED: { _: (key: string, params?: TextParams) => string }): Translate {
  return (key, params = {}) => RED._(`${PACKAGE_NAME}/${key.slice(0, key.indexOf('.'))}:${key}`, params);
}

/** Gives a UserError its text in the runtime's language; any other error stays as it is. Returns the same error. */
export function localizeError(error: Error, translate: Translate): Error {
  if (error instanceof UserError) error.message = textOf(error, translate);
  return error;
}

/** @returns the text of an error; where its reason is the UserError that caused it, that has its text as well */
export function textOf(error: UserError, translate: Translate): string {
  const { key, params, cause } = error;
  const isReason = cause instanceof UserError && params.reason === untranslated(cause.key, cause.params);
  return translate(key, isReason ? { ...params, reason: textOf(cause, translate) } : params);
}
