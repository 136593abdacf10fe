import { canvasLabel, variableOf } from './canvas-label';
import { connectionTest } from './connection-test';
import { parseMongoUri, plainSecretIn, withoutSecrets } from '../shared/mongo-uri';
import { rule, textOf } from './fields';

const SCHEME = /^mongodb(\+srv)?:\/\//;

const hasScheme = rule((text) => SCHEME.test(text), 'mongo-database.errors.editor-uri');

/** A flow file keeps the URI as it is: a password among its options belongs into the environment. */
export const uri: Validator = function (value, options) {
  if (plainSecretIn(textOf(value)) === undefined) return hasScheme.call(this, value, options);
  return options ? this._('mongo-database.errors.editor-uri-secret') : false;
};
export const database = rule(
  (text) => /^[^/\\. "$*<>:|?]{1,63}$/.test(text),
  'mongo-database.errors.editor-database',
);

/** @returns the address and the database, without a user that may stand in the address; or where the address comes from */
export function label(node: EditorNode): string {
  const { name, uri: address, database: db } = node;
  const variable = variableOf(address);
  if (variable !== undefined)
    return canvasLabel(node, 'mongo-database.canvas.from-variable', {
      variable,
      database: typeof db === 'string' ? db : '',
    });
  const text = typeof address === 'string' ? address : '';
  const shown = shownOf(text);
  return typeof name === 'string' && name !== '' ? name : `${shown} ${typeof db === 'string' ? db : ''}`;
}

export function prepare(node: EditorNode): void {
  field('uri').on('change', moveUserInfo);
  moveUserInfo();
  connectionTest(node);
}

/** A flow file keeps the URI but not the credentials: user and password go where secrets are kept. */
export function moveUserInfo(): void {
  const given = textOf(field('uri').val());
  const address = uriIn(given);
  const parts = parseMongoUri(address);
  if (address !== given) field('uri').val(address).trigger('change');
  if (!parts || 'problem' in parts || parts.username === '') return;
  field('uri').val(parts.uri).trigger('change');
  field('username').val(parts.username).trigger('change');
  if (parts.password) field('password').val(parts.password).trigger('change');
}

/** @returns the URI in what was pasted: it may stand in quotes, behind the name of a variable, or in a command for a shell */
function uriIn(text: string): string {
  const [, before = '', address = ''] = /^(.*?)(mongodb(?:\+srv)?:\/\/.*)$/s.exec(text) ?? [];
  if (before === '') return text;
  const [quote] = /["'`]$/.exec(before) ?? [];
  return quote === undefined ? address : (address.split(quote, 1)[0] ?? '');
}

const field = (name: string): JQuery => $(`#node-config-input-${name}`);

/** Of one that can't be understood nothing is shown: any part of it may be one of a password. */
function shownOf(address: string): string {
  const parts = parseMongoUri(address);
  if (!parts) return address.includes('@') ? '' : address;
  return 'problem' in parts ? '' : withoutSecrets(parts.uri).replace(SCHEME, '');
}
