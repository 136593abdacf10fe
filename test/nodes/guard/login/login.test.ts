import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Attempts } from '../../../../nodes/guard/login/attempts';
import { Login, type Admission, type User } from '../../../../nodes/guard/login/login';
import { networkOf } from '../../../../nodes/guard/login/network-of';
import { bcryptOf, inAWorker, type Compare } from '../../../../nodes/guard/login/passwords';
import { Sessions } from '../../../../nodes/guard/login/session';

const HASH = '$2b$08$sYOOOhw8wy6Ufi1/1rxk8OWbHnhF0yTUyHOmZ0/LQQlYH7roMtdzK';
const PASSWORD = 'secreto';
const USERS: User[] = [
  { username: 'ana', password: `hash of ${PASSWORD}` },
  { username: 'eva', password: 'hash of otro' },
];

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

describe('a login', () => {
  let compared: number;
  let atOnce: number;
  let mostAtOnce: number;
  let login: Login;

  const compare: Compare = async (password, hash) => {
    compared++;
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    await turn();
    atOnce--;
    return hash === `hash of ${password}`;
  };

  beforeEach(() => {
    [compared, atOnce, mostAtOnce] = [0, 0, 0];
    login = new Login({ users: USERS, compare, signIn: 'of the link' });
  });

  const admit = (username: string, password: string, address = '10.0.0.1'): Promise<Admission> =>
    login.admit(basic(username, password), undefined, address);

  it('knows who has the password, and from then on by the session', async () => {
    const admission = await admit('ana', PASSWORD);
    assert.ok('session' in admission && admission.session);
    assert.equal(admission.user, 'ana');
    assert.deepEqual(await login.admit(undefined, admission.session, '10.0.0.2'), { user: 'ana' });
    assert.equal(compared, 1);
  });

  it('lets in nobody else', async () => {
    for (const [username, password] of [
      ['ana', 'otro'],
      ['eva', PASSWORD],
      ['nobody', PASSWORD],
      ['', ''],
    ] as const)
      assert.deepEqual(await admit(username, password), { user: undefined });
    for (const authorization of ['Bearer x', 'Basic', 'Basic !!', `Basic ${btoa('ana')}`, ''])
      assert.deepEqual(await login.admit(authorization, undefined, '10.0.0.1'), { user: undefined });
    const { session = '' } = (await admit('ana', PASSWORD)) as { session?: string };
    for (const forged of [
      '',
      'x',
      session.slice(1),
      session.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      `${session}.`,
      `${session}x`,
      'YW5h.9999999999999.x',
    ])
      assert.deepEqual(await login.admit(undefined, forged, '10.0.0.1'), {
        user: undefined,
      });
  });

  it('takes as long for a user that there is not as for the slowest of those that there are', async () => {
    const hashes: string[] = [];
    const slow = new Login({
      users: [
        { username: 'ana', password: HASH },
        { username: 'eva', password: HASH.replace('$08$', '$11$') },
      ],
      compare: (_password, hash) => Promise.resolve(hashes.push(hash) < 0),
    });
    await slow.admit(basic('nobody', 'x'), undefined, '10.0.0.1');
    assert.match(hashes.join(' '), /^\$2b\$11\$[./A-Za-z0-9]{53}$/);
  });

  it('looks at no more passwords of an address after ten wrong ones, the right one included', async () => {
    for (let i = 0; i < 10; i++) assert.deepEqual(await admit('ana', `guess ${i}`), { user: undefined });
    const refused = await admit('ana', PASSWORD);
    assert.ok('waitSeconds' in refused && refused.waitSeconds > 500 && refused.waitSeconds <= 600);
    assert.equal(compared, 10);
    assert.ok('session' in (await admit('ana', PASSWORD, '10.0.0.2')), 'another address');
  });

  it('looks at two a second at most where the guesses come from many addresses', async () => {
    for (let i = 0; i < 120; i++) await admit('ana', 'guess', `10.0.1.${i}`);
    const refused = await admit('ana', PASSWORD, '10.0.2.1');
    assert.ok('waitSeconds' in refused && refused.waitSeconds <= 60);
    assert.equal(compared, 120);
  });

  it('counts all addresses of an IPv6 network as one', async () => {
    for (let i = 0; i < 10; i++) await admit('ana', `guess ${i}`, `2001:db8::${i}`);
    assert.ok('waitSeconds' in (await admit('ana', PASSWORD, '2001:db8:0:0:ffff::1')));
    assert.ok('session' in (await admit('ana', PASSWORD, '2001:db8:0:1::1')), 'another network');
  });

  it('keeps nothing of the addresses that may not guess', async () => {
    const attempts = new Attempts();
    for (let i = 0; i < 120; i++) await attempts.begin(`10.0.${i}.1`);
    const took: string[] = [];
    const { byAddress } = attempts as unknown as { byAddress: { consume(key: string): Promise<unknown> } };
    byAddress.consume = (key) => Promise.resolve(took.push(key));
    for (let i = 0; i < 50; i++) assert.ok(await attempts.begin(`10.1.${i}.1`));
    assert.deepEqual(took, []);
  });

  it('does not count what was right, however often a program sends it', async () => {
    for (let i = 0; i < 200; i++) assert.ok('session' in (await admit('ana', PASSWORD)), `${i}`);
  });

  it('compares once for the many requests of a page, one at a time, and lets only so many wait', async () => {
    const page = await Promise.all(Array.from({ length: 50 }, () => admit('ana', PASSWORD)));
    assert.ok(page.every((admission) => 'session' in admission));
    assert.equal(compared, 1);
    const guesses = await Promise.all(
      Array.from({ length: 50 }, (_, i) => admit('ana', `${i}`, `10.0.3.${i}`)),
    );
    assert.equal(guesses.filter((admission) => 'waitSeconds' in admission).length, 30);
    assert.equal(mostAtOnce, 1);
  });

  it('goes on after a comparison that failed', async () => {
    let fails = true;
    const failing = new Login({
      users: USERS,
      compare: (password, hash) =>
        fails ? Promise.reject(new Error('no memory')) : Promise.resolve(hash === `hash of ${password}`),
    });
    await assert.rejects(failing.admit(basic('ana', PASSWORD), undefined, '10.0.0.1'), /no memory/);
    fails = false;
    assert.ok('session' in (await failing.admit(basic('ana', PASSWORD), undefined, '10.0.0.1')));
  });

  it('lets in the first user by the secret of a link, where there is one', () => {
    assert.equal(login.admitLink('of the link')?.user, 'ana');
    assert.equal(login.admitLink('of the'), undefined);
    assert.equal(new Login({ users: USERS, compare }).admitLink('undefined'), undefined);
  });
});

describe('the network of an address', () => {
  for (const [address, network] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:02::6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8::3:4:5:6:7', '2001:db8:0:3'],
    ['::1', '0:0:0:0'],
    ['::192.0.2.7', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['1::', '1:0:0:0'],
    ['', ''],
  ] as const) {
    it(`is ${network || 'none'} for ${address || 'none'}`, () => assert.equal(networkOf(address), network));
  }
});

describe('a session', () => {
  it('ends after 12 hours, and with the process that opened it', () => {
    const sessions = new Sessions();
    const session = sessions.open('ana', 0);
    assert.equal(sessions.userOf(session, 12 * 3_600_000), 'ana');
    assert.equal(sessions.userOf(session, 12 * 3_600_000 + 1), undefined);
    assert.equal(new Sessions().userOf(session, 0), undefined);
  });

  it('is nobody else’s with another name or another end', () => {
    const sessions = new Sessions();
    const [, until = '', signature = ''] = sessions.open('ana', 0).split('.');
    assert.equal(
      sessions.userOf(`${Buffer.from('eva').toString('base64url')}.${until}.${signature}`, 0),
      undefined,
    );
    const [user = ''] = sessions.open('ana', 0).split('.');
    assert.equal(sessions.userOf(`${user}.${Number(until) + 1}.${signature}`, 0), undefined);
    assert.equal(sessions.userOf(sessions.open('ñandú: 1.2', 0), 0), 'ñandú: 1.2');
  });
});

describe('comparing with bcrypt', () => {
  for (const [how, compare] of [
    ['as Node-RED does', bcryptOf(require.resolve('node-red/red.js'))],
    ['in a thread', inAWorker(require.resolve('bcryptjs', { paths: [require.resolve('node-red/red.js')] }))],
  ] as const) {
    it(`${how}, leaves the main thread free`, async () => {
      const slow = '$2b$12$Hr0.4cm6kAD0pkYDFi2F4O6nUTFTjxOUDJMpZtIvlwmEAZ7P2SOFu';
      assert.equal(await compare(PASSWORD, HASH), true);
      assert.equal(await compare('otro', HASH), false);
      let turns = 0;
      let comparing = true;
      const done = compare('otro', slow).finally(() => (comparing = false));
      while (comparing) {
        await turn();
        turns++;
      }
      assert.equal(await done, false);
      assert.ok(turns > 50, `${turns} turns of the event loop meanwhile`);
    });
  }

  it('refuses what is no hash', async () => {
    assert.equal(
      await bcryptOf(require.resolve('node-red/red.js'))('x', 'not a hash').catch(() => false),
      false,
    );
  });
});
