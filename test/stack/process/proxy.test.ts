import assert from 'node:assert/strict';
import { neededOf } from '../../../stack/process/environment';
import { proxyOf } from '../../../stack/process/proxy';

describe('a proxy of the environment', () => {
  const hostOf = (env: NodeJS.ProcessEnv): string | undefined => proxyOf(env)?.url.host;

  it('is the one for https, then any other that is spoken to by HTTP', () => {
    assert.equal(proxyOf({}), undefined);
    assert.equal(hostOf({ HTTPS_PROXY: '' }), undefined);
    assert.equal(hostOf({ http_proxy: 'http://a:1', https_proxy: 'http://b:2' }), 'b:2');
    assert.equal(hostOf({ http_proxy: 'http://a:1' }), 'a:1');
    assert.equal(hostOf({ HTTPS_PROXY: 'proxy.example:3128' }), 'proxy.example:3128');
    assert.equal(hostOf({ ALL_PROXY: 'socks5://a:1' }), undefined);
    assert.equal(hostOf({ HTTPS_PROXY: 'http://[', HTTP_PROXY: 'http://a:1' }), 'a:1');
  });

  it('of npm alone is told to the programs that are started, as the others understand it', () => {
    const env = { npm_config_https_proxy: 'http://ana:se%40creto@p:3128', npm_config_noproxy: 'a.example,b' };
    const { HTTPS_PROXY, NO_PROXY } = neededOf(env);
    assert.deepEqual([HTTPS_PROXY, NO_PROXY], ['http://ana:se%40creto@p:3128/', 'a.example,b']);
    const given = { ...env, HTTPS_PROXY: 'http://q:1' };
    assert.deepEqual([neededOf(given).HTTPS_PROXY, neededOf(given).NO_PROXY], ['http://q:1', undefined]);
    assert.deepEqual(neededOf({}), {});
  });
});
