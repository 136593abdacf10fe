import assert from 'node:assert/strict';
import { KnownNames } from '../../../nodes/guard/names';
import { refusalText } from '../../../nodes/guard/refusal-texts';
import { refusalOf, type Asking } from '../../../nodes/guard/who-may-ask';

const names = new KnownNames(['Panel.example.com', 'proxy.example.com:8443']);

function because(asking: Asking): string | undefined {
  return refusalOf({ method: 'GET', ...asking }, names)?.because;
}

describe('who may ask a server something', () => {
  it('is whoever reaches it by an address, as localhost, or under a name that it was given', () => {
    for (const host of [
      ...['127.0.0.1:7000', '192.168.1.20', '[::1]:7000', '[fe80::1]', 'localhost:7000', 'LOCALHOST'],
      ...['board.localhost', 'panel.example.com', 'panel.example.com.:7000', 'proxy.example.com'],
    ])
      assert.equal(because({ headers: { host } }), undefined, host);
  });

  it('is nobody under another name, as after DNS rebinding', () => {
    for (const host of [
      ...['evil.example', 'evil.example:7000', 'panel.example.com.evil.example', 'localhost.evil.example'],
      ...[
        '127.0.0.1.evil.example',
        '',
        'a b',
        '[::1',
        '::1:7000',
        'http://localhost',
        'localhost@evil.example',
      ],
    ]) {
      assert.equal(because({ headers: { host } }), 'host', host);
      assert.equal(because({ headers: { host, origin: `http://${host}` } }), 'host', host);
    }
    assert.equal(because({ headers: {} }), 'host');
  });

  it('is nobody who names another server in the target, which counts more than the header', () => {
    const headers = { host: '127.0.0.1:7000' };
    for (const target of [
      'http://evil.example/admin/flows',
      'ws://evil.example/',
      'evil.example:80',
      'x',
      '',
    ])
      assert.equal(because({ target, headers }), 'host', target);
    for (const target of ['/', '//evil.example/', '*', 'http://127.0.0.1:7000/admin', 'http://localhost/'])
      assert.equal(because({ target, headers }), undefined, target);
    assert.equal(because({ target: 'http://127.0.0.1/', headers: { host: 'evil.example' } }), 'host');
  });

  it('is a page of the server itself, and none of another website, port or file', () => {
    const host = '127.0.0.1:7000';
    for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
      for (const upgrade of [false, true]) {
        assert.equal(
          because({ method, upgrade, headers: { host, origin: 'http://127.0.0.1:7000' } }),
          undefined,
        );
        for (const origin of [
          ...[
            'http://evil.example',
            'null',
            '',
            'http://127.0.0.1',
            'http://127.0.0.1:7001',
            'http://localhost:7000',
          ],
          ...[
            'file://',
            'chrome-extension://127.0.0.1:7000',
            'ftp://127.0.0.1:7000',
            'http://127.0.0.1:7000.evil.example',
            'http://evil.example@127.0.0.1:7000',
            'http://127.0.0.1:7000/evil.example',
            'http://127.0.0.1:7000, http://evil.example',
            'http://127.0.0.1:7000 http://evil.example',
          ],
        ])
          assert.equal(because({ method, upgrade, headers: { host, origin } }), 'origin', origin);
      }
    }
  });

  it('is a page that came through a proxy under a name that the server was given', () => {
    const host = '127.0.0.1:7000';
    for (const origin of [
      'https://panel.example.com',
      'http://panel.example.com',
      'https://proxy.example.com:8443',
    ])
      assert.equal(because({ headers: { host, origin } }), undefined, origin);
    for (const origin of [
      ...['https://panel.example.com:3000', 'https://proxy.example.com', 'ftp://panel.example.com'],
      ...['chrome-extension://panel.example.com', 'https://evil.example@panel.example.com'],
    ])
      assert.equal(because({ headers: { host, origin } }), 'origin', origin);
    assert.equal(because({ headers: { host: 'localhost:443', origin: 'https://localhost' } }), undefined);
    assert.equal(because({ headers: { host: 'localhost:80', origin: 'http://localhost' } }), undefined);
  });

  it('is a program, which sends no origin', () => {
    assert.equal(because({ method: 'POST', headers: { host: 'localhost' } }), undefined);
    assert.equal(because({ upgrade: true, headers: { host: 'localhost' } }), undefined);
  });

  it('is whoever follows a link, and no website that loads or frames what is here', () => {
    const host = '127.0.0.1:7000';
    const from = (site: string, mode: string, dest: string): Asking['headers'] => ({
      host,
      'sec-fetch-site': site,
      'sec-fetch-mode': mode,
      'sec-fetch-dest': dest,
    });
    for (const site of ['cross-site', 'same-site']) {
      assert.equal(because({ headers: from(site, 'navigate', 'document') }), undefined);
      assert.equal(because({ headers: from(site, 'navigate', 'iframe') }), 'origin');
      assert.equal(because({ headers: from(site, 'no-cors', 'image') }), 'origin');
      assert.equal(because({ headers: from(site, 'no-cors', 'script') }), 'origin');
      assert.equal(because({ method: 'POST', headers: from(site, 'navigate', 'document') }), 'origin');
      assert.equal(because({ upgrade: true, headers: from(site, 'websocket', 'websocket') }), 'origin');
    }
    for (const site of ['same-origin', 'none'])
      assert.equal(because({ method: 'POST', headers: from(site, 'cors', 'empty') }), undefined);
  });

  it('is no page of another server under the same name: one without TLS, or at the other usual port', () => {
    const host = 'panel.example.com';
    for (const upgrade of [false, true]) {
      const plain = { host, origin: 'http://panel.example.com' };
      assert.equal(because({ encrypted: true, upgrade, headers: plain }), 'origin');
      assert.equal(because({ upgrade, headers: plain }), undefined);
      assert.equal(
        because({ encrypted: true, upgrade, headers: { host, origin: 'https://panel.example.com' } }),
        undefined,
      );
      const address = { host: '192.168.1.20', origin: 'http://192.168.1.20' };
      assert.equal(because({ encrypted: true, upgrade, headers: address }), 'origin');
      // The browser says of https://127.0.0.1, at port 443, that it is another than http://127.0.0.1, at port 80.
      for (const site of ['cross-site', 'same-site'])
        assert.equal(
          because({
            method: 'POST',
            upgrade,
            headers: { host: '127.0.0.1', origin: 'https://127.0.0.1', 'sec-fetch-site': site },
          }),
          'origin',
          site,
        );
      assert.equal(
        because({
          method: 'POST',
          upgrade,
          headers: { host: '127.0.0.1', origin: 'https://127.0.0.1', 'sec-fetch-site': 'same-origin' },
        }),
        undefined,
      );
    }
  });

  it('is told in their language why they are refused, and what to set', () => {
    assert.match(refusalText({ because: 'host', host: 'x.example' }, 'en'), /"x\.example".*HOST_NAMES/);
    assert.match(
      refusalText({ because: 'host', host: 'x.example' }, 'es-CO,es;q=0.9'),
      /"x\.example".*defina HOST_NAMES/,
    );
    assert.match(refusalText({ because: 'origin', origin: '-' }), /Only pages of this server/);
  });

  it('cannot be given names that are none', () => {
    for (const name of ['http://x', 'a b', '', 'x/y', '*'])
      assert.throws(() => new KnownNames([name]), /host name/);
  });
});
