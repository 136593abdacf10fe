import { PACKAGE_NAME } from './package-name';
import { UserError, type TextParams } from './user-error';

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
  if (error instanceof UserError) error.message = translate(error.key, error.params);
  return error;
}
