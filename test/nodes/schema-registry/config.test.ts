import assert from 'node:assert/strict';
import { readRegistryConfig } from '../../../nodes/schema-registry/config';
import { UserError } from '../../../nodes/shared/user-error';

describe('the settings of a schema-registry', () => {
  const refusal = (...args: Parameters<typeof readRegistryConfig>): Pick<UserError, 'key' | 'params'> => {
    try {
      readRegistryConfig(...args);
    } catch (error) {
      if (error instanceof UserError) return { key: error.key, params: error.params };
    }
    throw new Error('they were taken');
  };

  it('are an address and how to sign in there', () => {
    assert.deepEqual(readRegistryConfig({ url: ' http://h:8081/apis/ccompat/v7/ ' }, {}), {
      url: 'http://h:8081/apis/ccompat/v7',
      timeoutMs: 5_000,
    });
    const ca = 'x';
    assert.deepEqual(
      readRegistryConfig({ url: 'https://h', timeoutMs: '700' }, { username: 'u', password: 'ñ:p' }, { ca }),
      {
        url: 'https://h',
        timeoutMs: 700,
        authorization: `Basic ${Buffer.from('u:ñ:p').toString('base64')}`,
        tls: { ca },
      },
    );
  });

  it('are refused with the field and its value, which is never a password', () => {
    const url = 'http://h';
    assert.equal(refusal({}, {}).key, 'schema-registry.errors.no-url');
    assert.deepEqual(refusal({ url: 'http://u:secret@h' }, {}), {
      key: 'schema-registry.errors.url',
      params: { value: 'http://h' },
    });
    for (const hasty of ['u:secret@h', 'http:/u:secret@h', 'http:u:secret@h'])
      assert.doesNotMatch(String(refusal({ url: hasty }, {}).params.value), /secret/);
    for (const wrong of ['h:8081', 'ftp://h', 'http://h?x', 'http://h#x'])
      assert.deepEqual(refusal({ url: wrong }, {}).params, { value: wrong });
    assert.equal(refusal({ url: '${NOT_SET}' }, {}).params.variable, 'NOT_SET');
    assert.deepEqual(refusal({ url, timeoutMs: '1' }, {}).params, {
      field: 'timeoutMs',
      value: '1',
      least: 100,
      most: 60_000,
    });
    assert.equal(refusal({ url }, { username: '${NOT_SET}' }).params.field, 'username');
    assert.deepEqual(refusal({ url }, { username: 'u', password: '${NOT_SET}' }), {
      key: 'schema-registry.errors.unset-password',
      params: {},
    });
  });
});
