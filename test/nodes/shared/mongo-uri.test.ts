import assert from 'node:assert/strict';
import { connectionSettings } from '../../../nodes/mongo-database/settings';
import { parseMongoUri } from '../../../nodes/shared/mongo-uri';

describe('mongo-database: a connection string', () => {
  for (const [text, uri, username, password] of [
    ['mongodb://h:27017', 'mongodb://h:27017', '', ''],
    ['mongodb://h/?appName=a@b', 'mongodb://h/?appName=a%40b', '', ''],
    ['mongodb://ana:s3cret@h:27017/?tls=true', 'mongodb://h:27017/?tls=true', 'ana', 's3cret'],
    ['mongodb+srv://ana:p%40%3A@h.example', 'mongodb+srv://h.example', 'ana', 'p@:'],
    ['mongodb://user:p@ss/w#rd?x@db.example:27017/', 'mongodb://db.example:27017/', 'user', 'p@ss/w#rd?x'],
    ['mongodb://user:p@ss:w%@h1,h2:2/x', 'mongodb://h1,h2:2/x', 'user', 'p@ss:w%'],
    ['mongodb://user:100%@h', 'mongodb://h', 'user', '100%'],
    ['mongodb://us:er:pa:ss@h', 'mongodb://h', 'us', 'er:pa:ss'],
    ['mongodb://user@h/?authSource=admin', 'mongodb://h/?authSource=admin', 'user', ''],
    ['mongodb://u:p@[::1]:27017/', 'mongodb://[::1]:27017/', 'u', 'p'],
    ['mongodb://u:p+q@h', 'mongodb://h', 'u', 'p+q'],
    ['mongodb://user:pa@b?w=1@h/x', 'mongodb://h/x', 'user', 'pa@b?w=1'],
    ['mongodb://user:pa@b?c=d@h/x?nonsense=1', 'mongodb://h/x?nonsense=1', 'user', 'pa@b?c=d'],
    ['mongodb://u:p@h/?nonsense=1', 'mongodb://h/?nonsense=1', 'u', 'p'],
    [
      'mongodb://cuenta:Zm9v+YmFy/w==@cuenta.mongo.cosmos.azure.com:10255/?ssl=true&replicaSet=globaldb&retrywrites=false&maxIdleTimeMS=120000&appName=@cuenta@',
      'mongodb://cuenta.mongo.cosmos.azure.com:10255/?ssl=true&replicaSet=globaldb&retrywrites=false&maxIdleTimeMS=120000&appName=%40cuenta%40',
      'cuenta',
      'Zm9v+YmFy/w==',
    ],
  ] as const) {
    it(`is taken apart: ${text}`, () => {
      assert.deepEqual(parseMongoUri(text), { uri, username, password });
    });
  }

  it('of Azure can be used as it is shown', () => {
    const uri =
      'mongodb://cuenta:Zm9v/w==@cuenta.mongo.cosmos.azure.com:10255/?ssl=true&retrywrites=false&appName=@cuenta@';
    const { options, description } = connectionSettings({ uri, database: 'datos' });
    assert.deepEqual(options.auth, { username: 'cuenta', password: 'Zm9v/w==' });
    assert.equal(description, 'cuenta.mongo.cosmos.azure.com:10255/datos');
  });

  for (const [text, problem] of [
    ['mongodb://ana:s3cret@', 'uri-form'],
    ['mongodb://ana:s3@cret/h x', 'uri-form'],
    ['mongodb://ana:s3cret', 'uri-form'],
    ['mongodb://ana:333333', 'uri-form'],
    ['mongodb://ana:s3cret/w', 'uri-form'],
    ['mongodb://ana:s3%40@cret@h', 'uri-half-encoded'],
  ] as const) {
    it(`is refused without a word of it: ${text}`, () => {
      assert.deepEqual(parseMongoUri(text), { problem });
      assert.throws(
        () => connectionSettings({ uri: text, database: 'datos' }),
        (error: Error) => !/ana|s3|cret/.test(`${error.stack} ${JSON.stringify(error)}`),
      );
    });
  }

  for (const uri of [
    'ana:s3cret@h',
    'ana:s3cret@${HOST}',
    'mongodb://${HOST}/?tls=true&tlsCertificateKeyFilePassword=s3cret',
    'mongodb://${HOST}/?proxyHost=h&proxyUsername=p&proxyPassword=s3cret&tls=true',
    'mongodb://ana:s3cret@${HOST}/?authMechanismProperties=AWS_SESSION_TOKEN:s3cret',
    'mongodb://ana@h/?authMechanism=GSSAPI&authMechanismProperties=CANONICALIZE_HOST_NAME:s3cret',
    'mongodb://ana@h/?authMechanism=MONGODB-OIDC&authMechanismProperties=TOKEN_RESOURCE:x,ENVIRONMENT:s3cret',
  ]) {
    it(`that can't be used is told without its secrets: ${uri}`, () => {
      assert.throws(
        () => connectionSettings({ uri, database: 'datos' }),
        (error: Error) => !`${error.stack} ${JSON.stringify(error)}`.includes('s3cret'),
      );
    });
  }

  it('whose secret is a variable that is not set is told by its name', () => {
    const uri = 'mongodb://h/?tls=true&tlsCertificateKeyFilePassword=${KEY_PASSWORD}';
    assert.throws(() => connectionSettings({ uri, database: 'datos' }), /unset-variable.*KEY_PASSWORD/);
  });

  it('has its own say in times, connections and its name, within a bound for who closes', () => {
    const said = 'connectTimeoutMS=30000&serverSelectionTimeoutMS=60000&MaxPoolSize=3&appName=mine';
    const { options } = connectionSettings({ uri: `mongodb://h/?${said}`, database: 'datos' });
    assert.equal(options.serverSelectionTimeoutMS, 10_000);
    for (const name of ['connectTimeoutMS', 'maxPoolSize', 'appName']) assert.ok(!(name in options), name);
    const plain = connectionSettings({ uri: 'mongodb://h', database: 'datos' }).options;
    assert.deepEqual(
      [plain.connectTimeoutMS, plain.serverSelectionTimeoutMS, plain.maxPoolSize],
      [5_000, 3_000, 10],
    );
  });

  it('with a placeholder in the place of the password is refused', () => {
    const uri = 'mongodb+srv://ana:<db_password>@h.example.com';
    assert.throws(() => connectionSettings({ uri, database: 'datos' }), /password-placeholder/);
  });

  it('keeps a user without a password for a certificate', () => {
    const uri = 'mongodb://CN=ana@h/?authMechanism=MONGODB-X509&tls=true';
    const { options, uri: used } = connectionSettings({ uri, database: 'datos' });
    assert.equal(options.auth, undefined);
    assert.match(used, /^mongodb:\/\/CN%3Dana@h\//);
  });

  it('takes the dialog’s password for the user that it names', () => {
    const { options } = connectionSettings({ uri: 'mongodb://ana@h', password: 'p@/', database: 'datos' });
    assert.deepEqual(options.auth, { username: 'ana', password: 'p@/' });
  });
});
