import assert from 'node:assert/strict';
import { requireSet } from '../../../nodes/shared/unset-variable';
import { UserError } from '../../../nodes/shared/user-error';

describe('a setting with an environment variable', () => {
  const KEY = 'mongo-sink.errors.unset-variable';

  it('is refused where Node-RED has left the variable in it', () => {
    for (const value of ['${KAFKA_TOPIC}', 'mongodb://${KAFKA_TOPIC}:27017']) {
      assert.throws(
        () => requireSet(value, 'topic', KEY),
        (error: unknown) => {
          assert.ok(error instanceof UserError);
          assert.equal(error.key, KEY);
          assert.deepEqual(error.params, { field: 'topic', variable: 'KAFKA_TOPIC', value });
          return true;
        },
      );
    }
  });

  it('is taken as it is otherwise', () => {
    for (const value of ['', 'Prueba', '$HOME', '${', '{x}'])
      assert.equal(requireSet(value, 'topic', KEY), value);
  });
});
