import assert from 'node:assert/strict';
import { dialogOf, type Dialog } from '../../support/dialogs';

/** The dialog with the form's fields as a plain object: what the browser has of them here is only `val()`. */
function openDialog(fields: Record<string, string>): Dialog {
  return dialogOf('mongo-database', (selector: string) => {
    const name = selector.replace('#node-config-input-', '');
    const field = {
      val: (value?: string) => (value === undefined ? fields[name] : ((fields[name] = value), field)),
      trigger: () => field,
      on: () => field,
    };
    return field;
  });
}

describe('mongo-database: the dialog', () => {
  for (const [given, uri, username, password] of [
    ['mongodb://ana:s3cret@h:27017/?tls=true', 'mongodb://h:27017/?tls=true', 'ana', 's3cret'],
    ['mongodb+srv://ana:p%40%3A@h', 'mongodb+srv://h', 'ana', 'p@:'],
    ['mongodb://ana:p@ss:w%@h1,h2/x', 'mongodb://h1,h2/x', 'ana', 'p@ss:w%'],
    ['mongodb://ana@h', 'mongodb://h', 'ana', 'old'],
    ['mongodb://h/?appName=a@b', 'mongodb://h/?appName=a@b', 'bob', 'old'],
    ['${MONGODB_URI}', '${MONGODB_URI}', 'bob', 'old'],
    ['"mongodb://ana:s3cret@h:27017/x"', 'mongodb://h:27017/x', 'ana', 's3cret'],
    ["MONGODB_URI='mongodb+srv://ana:s3cret@h/'", 'mongodb+srv://h/', 'ana', 's3cret'],
    ['MONGODB_URI=mongodb://ana:s3cret@h', 'mongodb://h', 'ana', 's3cret'],
    [
      'mongosh "mongodb+srv://h.example/x" --apiVersion 1 --username ana',
      'mongodb+srv://h.example/x',
      'bob',
      'old',
    ],
  ] as const) {
    it(`of ${given} keeps ${uri} in the flow`, () => {
      const fields = { uri: given as string, username: 'bob', password: 'old' };
      openDialog(fields).oneditsave?.();
      assert.deepEqual(fields, { uri, username, password });
    });
  }

  for (const [uri, isRight] of [
    ['mongodb://h/?tls=true&tlsCertificateKeyFilePassword=s3cret', false],
    ['mongodb://h/?proxyHost=p&PROXYPASSWORD=s3cret', false],
    ['mongodb://${HOST}/?proxyHost=p&proxyPassword=s3cret', false],
    ['mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:s3cret', false],
    ['mongodb://h/?proxyHost=p&proxyPassword=${PROXY_PASSWORD}', true],
    ['mongodb://h/?authMechanismProperties=SERVICE_NAME:mongodb', true],
    ['mongodb://h/?proxyPassword=', true],
    ['mongodb+srv://h/?retryWrites=true', true],
    ['http://h', false],
  ] as const) {
    it(`takes ${isRight ? '' : 'no '}${uri} into a flow file`, () => {
      const { uri: field } = openDialog({}).defaults;
      assert.equal(field?.validate?.call({}, uri), isRight);
    });
  }

  it('shows no password in the node’s label', () => {
    const node = { name: '', uri: 'mongodb://ana:s3cret@h:27017', database: 'datos' };
    assert.equal(openDialog({}).label.call(node), 'h:27017 datos');
  });
});
