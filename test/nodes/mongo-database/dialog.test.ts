import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';

interface Dialog {
  oneditprepare(): void;
  oneditsave(): void;
  label(this: { name: string; uri: string; database: string }): string;
}

/** The dialog's script with the form's fields as a plain object: what the browser has of it here is only `val()`. */
function openDialog(fields: Record<string, string>): Dialog {
  const html = readFileSync(
    path.join(__dirname, '../../../nodes/mongo-database/mongo-database.html'),
    'utf8',
  );
  const script = /<script type="text\/javascript">([^]*?)<\/script>/.exec(html)?.[1] ?? '';
  let dialog: Dialog | undefined;
  const $ = (selector: string) => {
    const name = selector.replace('#node-config-input-', '');
    const field = {
      val: (value?: string) => (value === undefined ? fields[name] : ((fields[name] = value), field)),
      trigger: () => field,
      on: () => field,
    };
    return field;
  };
  runInNewContext(script, {
    $,
    RED: { nodes: { registerType: (_type: string, def: Dialog) => (dialog = def) } },
  });
  return dialog ?? assert.fail('the dialog did not register');
}

describe('mongo-database: the dialog', () => {
  for (const [given, uri, username, password] of [
    ['mongodb://ana:s3cret@h:27017/?tls=true', 'mongodb://h:27017/?tls=true', 'ana', 's3cret'],
    ['mongodb+srv://ana:p%40%3A@h', 'mongodb+srv://h', 'ana', 'p@:'],
    ['mongodb://ana:p@ss:w%@h1,h2/x', 'mongodb://h1,h2/x', 'ana', 'p@ss:w%'],
    ['mongodb://ana@h', 'mongodb://h', 'ana', 'old'],
    ['mongodb://h/?appName=a@b', 'mongodb://h/?appName=a@b', 'bob', 'old'],
    ['${MONGODB_URI}', '${MONGODB_URI}', 'bob', 'old'],
  ] as const) {
    it(`of ${given} keeps ${uri} in the flow`, () => {
      const fields = { uri: given as string, username: 'bob', password: 'old' };
      openDialog(fields).oneditsave();
      assert.deepEqual(fields, { uri, username, password });
    });
  }

  it('shows no password in the node’s label', () => {
    const node = { name: '', uri: 'mongodb://ana:s3cret@h:27017', database: 'datos' };
    assert.equal(openDialog({}).label.call(node), 'h:27017 datos');
  });
});
