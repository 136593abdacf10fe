import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { RegistryClient } from '../../../nodes/schema-registry/client/registry-client';
import { RegistryError } from '../../../nodes/schema-registry/errors';
import { frameOf } from '../../../nodes/schema-registry/frame';
import { ConfluentRegistry } from '../../../nodes/schema-registry/registry';
import type { Decoded, RegistryLease, RegistryProblem } from '../../../nodes/schema-registry/types';
import { UserError } from '../../../nodes/shared/user-error';
import {
  RegistryServer,
  keptHeaderRecords,
  keptRecords,
  withShownBytes,
} from '../../support/registry-server';
import { until } from '../../support/until';

const TIMEOUT_MS = 500;
const GUID = '89abcdef-0123-4567-89ab-cdef01234567';

describe('a schema registry', () => {
  let server: RegistryServer;
  let registry: ConfluentRegistry;
  let lease: RegistryLease;
  let problems: (RegistryProblem | undefined)[];

  beforeEach(async () => {
    server = new RegistryServer();
    const url = await server.start();
    registry = new ConfluentRegistry({ url, timeoutMs: TIMEOUT_MS, authorization: 'Basic dTpw' });
    problems = [];
    lease = registry.acquire((problem) => problems.push(problem));
  });

  afterEach(async () => {
    lease.release();
    registry.close();
    await server.stop();
  });

  async function decode(bytes: Buffer, header?: Buffer): Promise<Decoded> {
    return (await lease.load(bytes, header)).decode(bytes, 'text', undefined, header);
  }
  /** @returns a header that names a schema by its GUID */
  const named = (guid: string, ...behind: number[]): Buffer =>
    Buffer.concat([Buffer.of(1), Buffer.from(guid.replaceAll('-', ''), 'hex'), Buffer.of(...behind)]);
  const framed = (id: number, ...bytes: number[]): Buffer =>
    Buffer.concat([frameOf(id), Buffer.of(...bytes)]);
  const reasonOf = (decoded: Decoded): string => ('reason' in decoded ? decoded.reason : 'none');

  async function faultOf(encoding: Buffer | Promise<Buffer>): Promise<string> {
    try {
      await encoding;
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      return error.key.replace('schema-registry.errors.', '');
    }
    return 'none';
  }

  describe("reads records of Confluent's serialisers", () => {
    for (const { topic, type, bytes, expected } of keptRecords()) {
      it(`of the topic ${topic} (${type}), and writes the same bytes`, async () => {
        const record = Buffer.from(bytes, 'hex');
        const decoded = await decode(record);
        assert.deepEqual(withShownBytes(decoded), { value: expected });
        // Of a file with several messages the first is written. JSON has its numbers as they were.
        if (['protobuf-inner', 'protobuf-deep', 'json'].includes(topic)) return;
        const again = await lease.encode(`${topic}-value`, 'value' in decoded && decoded.value, {});
        assert.equal(again.toString('hex'), bytes);
      });
    }
  });

  describe("reads records of Confluent's serialisers that name their schema in a header", () => {
    const records = keptHeaderRecords();

    it('as many as of those that name it in front of their bytes', () => {
      const topics = (of: readonly { topic: string }[]): string[] => of.map(({ topic }) => topic);
      assert.deepEqual(topics(records), topics(keptRecords()));
    });

    for (const { topic, type, headers, bytes, expected } of records) {
      it(`of the topic ${topic} (${type})`, async () => {
        const header = Buffer.from(headers?.__value_schema_id ?? '', 'hex');
        assert.equal(header[0], 1);
        const decoded = await decode(Buffer.from(bytes, 'hex'), header);
        assert.deepEqual(withShownBytes(decoded), { value: expected });
      });
    }
  });

  it('is asked once for the schema of a GUID', async () => {
    server.setGuid(GUID, '"string"', { id: 7 });
    const bytes = Buffer.of(2, 97);
    const header = named(GUID);
    assert.equal(lease.schemaOf(bytes, header), undefined);
    const decoded = await Promise.all([decode(bytes, header), decode(bytes, header)]);
    assert.deepEqual(decoded, [{ value: 'a' }, { value: 'a' }]);
    assert.ok(lease.schemaOf(bytes, header));
    assert.deepEqual(
      server.asked.map(({ path }) => path),
      [`/schemas/guids/${GUID}`],
    );
  });

  it('is asked for a bounded number of schemas at the same time, by whatever names', async () => {
    server.silent = true;
    const guidOf = (n: number): string => GUID.replace(/^.{8}/, n.toString(16).padStart(8, '0'));
    const names = Array.from({ length: 1_000 }, (_, n) => (n % 2 === 0 ? n : guidOf(n)));
    const asked = names.map((name) => registry.ask(name));
    await assert.rejects(registry.ask(guidOf(1_000)), /too-many-asked/);
    registry.close();
    const ended = await Promise.allSettled(asked);
    assert.ok(ended.every(({ status }) => status === 'rejected'));
    assert.ok(server.asked.length <= 4);
  });

  it('reads what a header names by an id or a GUID, also where the bytes begin as if they named another', async () => {
    server.setSchema(1, '"string"');
    server.setGuid(GUID, { type: 'fixed', name: 'Seven', size: 7 });
    const framedText = framed(1, 2, 97);
    assert.deepEqual(await decode(framedText), { value: 'a' });
    assert.deepEqual(await decode(framedText, named(GUID)), { value: framedText });
    assert.deepEqual(await decode(Buffer.of(2, 97), frameOf(1)), { value: 'a' });
    // What another program has put there for a purpose of its own.
    for (const other of ['', 'no name of a schema'])
      assert.deepEqual(await decode(framedText, Buffer.from(other)), { value: 'a' });
  });

  it('reads the message of a Protobuf file that a header names behind the schema', async () => {
    const file =
      'syntax = "proto3"; message A { int32 a = 1; message B { int32 b = 1; } } message C { int32 c = 1; }';
    server.setGuid(GUID, file, { schemaType: 'PROTOBUF' });
    server.setSchema(3, file, { schemaType: 'PROTOBUF' });
    const seven = Buffer.of(8, 7);
    assert.deepEqual(await decode(seven, named(GUID, 0)), { value: { a: 7 } });
    assert.deepEqual(await decode(seven, named(GUID, 4, 0, 0)), { value: { b: 7 } });
    assert.deepEqual(await decode(seven, named(GUID, 2, 2)), { value: { c: 7 } });
    assert.deepEqual(await decode(Buffer.alloc(0), named(GUID, 0)), { value: { a: 0 } });
    assert.deepEqual(await decode(seven, framed(3, 2, 2)), { value: { c: 7 } });
    const damaged: [number[], RegExp][] = [
      [[], /can't be read in the header: it ends too early/],
      [[2], /can't be read in the header: it ends too early/],
      [[0, 0], /can't be read in the header: 1 bytes are left/],
      [[1], /can't be read in the header: -1 indexes/],
      [[0xfe, 0xff, 0xff, 0xff, 0x0f], /can't be read in the header: \d+ indexes/],
      [new Array<number>(30).fill(0xff), /can't be read in the header: .* 64 bits/],
      [[2, 40], /no message at 20/],
    ];
    for (const [behind, message] of damaged) {
      const decoded = await decode(seven, named(GUID, ...behind));
      assert.equal(reasonOf(decoded), 'not-decodable');
      assert.match('detail' in decoded ? decoded.detail : '', message);
      assert.match('detail' in decoded ? decoded.detail : '', new RegExp(`schema ${GUID}`));
    }
  });

  it('says what is wrong with a header that names no schema', async () => {
    server.setSchema(1, '"string"');
    server.setGuid(GUID, '"string"');
    server.setGuid(GUID.replace('8', '7'), '{"type":"object"}', { schemaType: 'JSON' });
    const bad: [Buffer, string, RegExp][] = [
      [Buffer.of(1), 'not-framed', /the header .* are 1, and a one with the GUID of a schema takes 17/],
      [named(GUID).subarray(0, 16), 'not-framed', /the header .* are 16,/],
      [
        Buffer.of(0, 0, 0, 1),
        'not-framed',
        /the header .* are 4, and a zero with the id of a schema takes 5/,
      ],
      [framed(1, 9), 'not-decodable', /schema 1: 1 bytes are left behind its name in the header/],
      [named(GUID, 0), 'not-decodable', /1 bytes are left behind its name in the header/],
      [
        named(GUID.replace('8', '7'), 1, 2),
        'not-decodable',
        /2 bytes are left behind its name in the header/,
      ],
    ];
    for (const [header, reason, detail] of bad) {
      // The bytes have a frame too, which the header is in place of.
      const decoded = await decode(framed(1, 2, 97), header);
      assert.equal(reasonOf(decoded), reason);
      assert.match('detail' in decoded ? decoded.detail : '', detail);
    }
  });

  describe('that finds no schemas by GUID', () => {
    it('is told to, once it is seen to be there, and is not asked again at once', async () => {
      server.findsGuids = false;
      const bytes = Buffer.of(2, 97);
      const decoded = await decode(bytes, named(GUID));
      const detail = `the registry ${registry.description} finds no schema by a GUID, and so not schema ${GUID}`;
      assert.deepEqual(decoded, { reason: 'schema-unknown', detail });
      const known = lease.schemaOf(bytes, named(GUID));
      assert.deepEqual(known?.decode(bytes, 'text', undefined, named(GUID)), decoded);
      assert.deepEqual(
        server.asked.map(({ path }) => path),
        [`/schemas/guids/${GUID}`, '/schemas/types', `/schemas/guids/${GUID}`],
      );
      assert.deepEqual(problems, []);
    });

    it('is not one that was away behind a proxy', async () => {
      server.replies.set(`/schemas/guids/${GUID}`, { status: 404, body: '<html>no such page</html>' });
      server.onAsked = (place) => {
        if (place === '/schemas/types') server.setGuid(GUID, '"string"');
      };
      assert.deepEqual(await decode(Buffer.of(2, 97), named(GUID)), { value: 'a' });
    });

    it('is not one that says of a GUID that it does not know it', async () => {
      const decoded = await decode(Buffer.of(2, 97), named(GUID));
      const detail = `the registry ${registry.description} has no schema ${GUID}`;
      assert.deepEqual(decoded, { reason: 'schema-unknown', detail });
      assert.equal(server.asked.length, 1);
    });
  });

  it('is asked once for each schema, with the password', async () => {
    server.setSchema(7, 'string', {});
    server.setSchema(7, '"string"');
    const bytes = framed(7, 2, 97);
    assert.equal(lease.schemaOf(bytes), undefined);
    assert.deepEqual(await Promise.all([decode(bytes), decode(bytes)]), [{ value: 'a' }, { value: 'a' }]);
    assert.deepEqual(lease.schemaOf(bytes)?.decode(bytes, 'text'), { value: 'a' });
    assert.deepEqual(server.asked, [{ path: '/schemas/ids/7', authorization: 'Basic dTpw', body: '' }]);
  });

  it('says why bytes can become no value', async () => {
    server.setSchema(1, '"string"');
    server.setSchema(2, '{"type":"record"}');
    server.setSchema(3, 'x', { schemaType: 'THRIFT' });
    server.setSchema(4, '"string"', { references: [{ name: 'n', subject: 'nobody', version: 1 }] });
    server.setSchema(5, { type: 'array', items: 'null' });
    const reasons: [Buffer, string][] = [
      [Buffer.from('{"a":1}'), 'not-framed'],
      [Buffer.alloc(0), 'not-framed'],
      [Buffer.of(0, 0, 0, 0), 'not-framed'],
      [Buffer.of(1, 0, 0, 0, 1, 2), 'not-framed'],
      [framed(0), 'schema-unknown'],
      [framed(2 ** 31), 'schema-unknown'],
      [framed(2 ** 32 - 1), 'schema-unknown'],
      [framed(99), 'schema-unknown'],
      [framed(1, 9), 'not-decodable'],
      [framed(2), 'schema-unusable'],
      [framed(3), 'schema-unusable'],
      [framed(4), 'schema-unusable'],
      [framed(5, 0xfe, 0xff, 0xff, 0xff, 0x0f), 'schema-bounds'],
    ];
    for (const [bytes, reason] of reasons) {
      const decoded = await decode(bytes);
      assert.equal(reasonOf(decoded), reason);
      const id = bytes.length >= 5 && reason !== 'not-framed' ? bytes.readUInt32BE(1) : undefined;
      if (id !== undefined)
        assert.match('detail' in decoded ? decoded.detail : '', new RegExp(`schema ${id}\\b`));
    }
  });

  it('says what stands in the place of a frame', async () => {
    const detailOf = async (bytes: Buffer): Promise<string> => {
      const decoded = await decode(bytes);
      return 'detail' in decoded ? decoded.detail : '';
    };
    assert.match(await detailOf(Buffer.of(0, 0, 0, 1)), /the bytes are 4,/);
    assert.match(await detailOf(Buffer.of(1, 0, 0, 0, 1, 2)), /begin with 1,/);
  });

  it('may give a schema any id of 32 bits, without a sign, to read by and to write by', async () => {
    for (const id of [0, 2 ** 31, 2 ** 32 - 1]) {
      server.setSubject(`t${id}`, id, '"string"');
      const bytes = await lease.encode(`t${id}`, 'a', {});
      assert.deepEqual(bytes, framed(id, 2, 97));
      assert.deepEqual(await decode(bytes), { value: 'a' });
    }
  });

  it('may say null of what it has not', async () => {
    server.setSchema(1, '"string"', { schemaType: null, references: null });
    assert.deepEqual(await decode(framed(1, 2, 97)), { value: 'a' });
  });

  describe('answers for one schema, which', () => {
    const told = (code: number, message: string | null = 'no'): string =>
      JSON.stringify({ error_code: code, message });
    const page = '<html>no</html>';
    const endless = ' '.repeat(5 * 2 ** 20);
    /** what is read by it: a reason for which its records are set aside, or how it is waited for */
    const answers: [status: number, body: string, expected: string][] = [
      [400, told(400), 'schema-unusable'],
      [409, told(40901), 'schema-unusable'],
      [422, told(42202, null), 'schema-unusable'],
      [404, told(40403), 'schema-unknown'],
      [410, told(41001), 'schema-unknown'],
      [200, `{"schema":"${endless}"}`, 'schema-unusable'],
      [200, '{"schema":"[\\"null\\""}', 'schema-unusable'],
      [400, page, 'no-registry'],
      [404, page, 'no-registry'],
      [404, told(404), 'no-registry'],
      [405, told(405), 'no-registry'],
      [422, '', 'no-registry'],
      [200, page, 'no-registry'],
      [200, page + endless, 'no-registry'],
      [502, `{${endless}`, 'no-registry'],
      [200, '[]', 'no-registry'],
      [200, '{"schema":7}', 'no-registry'],
      [204, '', 'no-registry'],
      [301, '', 'no-registry'],
      [302, '', 'no-registry'],
      [307, '', 'no-registry'],
      [401, page, 'not-admitted'],
      [403, told(40301), 'not-admitted'],
      [408, '', 'away'],
      [425, '', 'away'],
      [429, told(42901), 'away'],
      [429, page, 'away'],
      [500, told(50001), 'away'],
      [502, page, 'away'],
      [503, '', 'away'],
      [504, page, 'away'],
    ];
    for (const [status, body, expected] of answers) {
      const shown =
        body.length > 40 ? `${body.slice(0, 10)}... of ${body.length} characters` : body || 'nothing';
      it(`with ${status} and ${shown} is ${expected}`, async () => {
        server.reply = { status, body, headers: { location: '/elsewhere' } };
        const decoded = decode(framed(7, 2, 97));
        await isExpected(decoded, () => server.setSchema(7, '"string"'), 'schema 7');
      });

      it(`with ${status} and ${shown} is ${expected}, where a GUID names it`, async () => {
        server.reply = { status, body, headers: { location: '/elsewhere' } };
        const decoded = decode(Buffer.of(2, 97), named(GUID));
        await isExpected(decoded, () => server.setGuid(GUID, '"string"'), `schema ${GUID}`);
      });

      async function isExpected(decoded: Promise<Decoded>, mend: () => void, name: string): Promise<void> {
        const first = await Promise.race([decoded, until('a problem', () => lease.problem)]);
        if ('error' in first) {
          assert.ok(first.error instanceof RegistryError);
          assert.equal(first.error.key, `schema-registry.errors.${expected}`);
          server.reply = undefined;
          mend();
          assert.deepEqual(await decoded, { value: 'a' });
        } else {
          assert.equal(reasonOf(first), expected);
          assert.match('detail' in first ? first.detail : '', new RegExp(`${name}\\b`));
        }
        assert.equal(server.count('/elsewhere'), 0);
      }
    }

    it('is not asked for before the time that the registry has named, a minute at most', async () => {
      let now = Date.UTC(2026, 0, 1);
      const clock = mock.method(Date, 'now', () => now);
      const client = new RegistryClient({ url: registry.description, timeoutMs: 10_000 });
      try {
        for (const [retryAfter, seconds] of [
          ['20', 20],
          ['date', 30],
          ['999999', 60],
          ['-1', 0],
          ['soon', 0],
        ] as const) {
          const header = retryAfter === 'date' ? new Date(now + 30_000).toUTCString() : retryAfter;
          server.reply = { status: 429, body: '', headers: { 'retry-after': header } };
          await assert.rejects(client.schemaOf(7), RegistryError);
          const asked = server.asked.length;
          now += 1_000 * seconds - 1;
          if (seconds > 0) await assert.rejects(client.schemaOf(8), /away/);
          if (seconds > 0) await assert.rejects(client.schemaOf(GUID), /away/);
          assert.equal(server.asked.length, asked);
          now += 1_001;
          await assert.rejects(client.schemaOf(7), /away/);
          assert.equal(server.asked.length, asked + 1);
          now += 60_000;
        }
      } finally {
        clock.mock.restore();
        client.close();
      }
    });
  });

  it('is not asked again at once for an id that it does not know', async () => {
    await decode(framed(99));
    assert.equal(reasonOf(lease.schemaOf(framed(99))!.decode(framed(99), 'text')), 'schema-unknown');
    assert.equal(server.count('/schemas/ids/99'), 1);
  });

  it('is waited for while it is away or does not let this user in, which is told', async () => {
    server.setSchema(1, '"string"');
    for (const reply of [
      { status: 500, body: 'x' },
      { status: 401, body: '{}' },
      { status: 404, body: '<html>no such page</html>' },
      { status: 200, body: 'welcome' },
      { status: 302, body: '', headers: { location: '/elsewhere' } },
    ]) {
      server.reply = reply;
      problems.length = 0;
      registry.close();
      registry = new ConfluentRegistry({ url: registry.description, timeoutMs: TIMEOUT_MS });
      lease = registry.acquire((problem) => problems.push(problem));
      const decoded = decode(framed(1, 2, 97));
      await until('the problem is told', () => lease.problem);
      assert.ok(lease.problem?.error instanceof RegistryError);
      server.reply = undefined;
      assert.deepEqual(await decoded, { value: 'a' });
      assert.equal(lease.problem, undefined);
      assert.equal(problems.at(-1), undefined);
      assert.equal(server.count('/elsewhere'), 0);
    }
  });

  it('that does not answer in time is away', async () => {
    server.setSchema(1, '"string"');
    server.silent = true;
    const decoded = decode(framed(1, 2, 97));
    const { error } = await until('the problem is told', () => lease.problem);
    assert.match(error.message, /no-answer/);
    server.silent = false;
    assert.deepEqual(await decoded, { value: 'a' });
  });

  it('can be let go of while it is waited for', async () => {
    server.reply = { status: 503, body: '' };
    const decoded = decode(framed(1));
    await until('the problem is told', () => lease.problem);
    lease.release();
    await assert.rejects(decoded, { name: 'AbortError' });
  });

  it('may send no more than a schema has', async () => {
    server.replies.set('/schemas/ids/1', {
      status: 200,
      body: JSON.stringify({ schema: ' '.repeat(5 * 2 ** 20) }),
    });
    assert.equal(reasonOf(await decode(framed(1))), 'schema-unusable');
  });

  it('is followed along references, but not in circles and not without end', async () => {
    const ref = (subject: string, version = 1) => ({ references: [{ name: subject, subject, version }] });
    const record = (name: string, type: string) => ({ type: 'record', name, fields: [{ name: 'x', type }] });
    server.setSubject('c', 12, record('C', 'int'));
    server.setSubject('b', 11, record('B', 'C'), ref('c'));
    server.setSchema(10, record('A', 'B'), ref('b'));
    assert.deepEqual(await decode(framed(10, 2)), { value: { x: { x: { x: 1 } } } });
    server.setSubject('d', 14, record('D', 'C'), ref('c', 2));
    server.setSubject('c', 13, record('C', 'string'), {}, 2);
    const fields = [
      { name: 'b', type: 'B' },
      { name: 'd', type: 'D' },
    ];
    const both = { references: [...ref('b').references, ...ref('d').references] };
    server.setSchema(15, { type: 'record', name: 'A', fields }, both);
    assert.deepEqual(await decode(framed(15, 2, 4)), { value: { b: { x: { x: 1 } }, d: { x: { x: 2 } } } });
    server.setSubject('round', 21, record('R', 'int'), ref('round'));
    server.setSchema(20, record('A', 'R'), ref('round'));
    assert.deepEqual(await decode(framed(20, 2)), { value: { x: { x: 1 } } });
    for (let n = 0; n < 300; n++)
      server.setSubject(`n${n}`, 100 + n, record(`N${n}`, 'int'), ref(`n${n + 1}`));
    server.setSchema(30, '"int"', ref('n0'));
    assert.equal(reasonOf(await decode(framed(30, 2))), 'schema-unusable');
  });

  describe('to write by', () => {
    it("is the subject's latest schema, asked for once", async () => {
      server.setSubject('t-value', 3, { type: 'record', name: 'R', fields: [{ name: 'a', type: 'int' }] });
      const first = await lease.encode('t-value', { a: 1 }, {});
      assert.deepEqual(first, framed(3, 2));
      assert.deepEqual(lease.encode('t-value', { a: 2 }, {}), framed(3, 4));
      assert.equal(server.count('/subjects/t-value/versions/latest'), 1);
    });

    it('is looked for again while values go on, also where the registry is silent then', async () => {
      server.setSubject('t', 3, '"int"');
      await lease.encode('t', 1, {});
      const latest = '/subjects/t/versions/latest';
      let now = Date.now();
      const clock = mock.method(Date, 'now', () => now);
      try {
        server.silent = true;
        now += 40_000;
        for (let n = 0; n < 2_000; n++) assert.deepEqual(lease.encode('t', 1, {}), framed(3, 2));
        await until('it is asked', () => server.count(latest) === 2);
        server.silent = false;
        server.setSubject('t', 4, '"int"');
        const isNewer = async (): Promise<boolean> => {
          now += 31_000;
          return framed(4, 2).equals(await lease.encode('t', 1, {}));
        };
        await until('it is written by', isNewer, 10 ** 9);
      } finally {
        clock.mock.restore();
      }
    });

    it('is one that is registered, if that is wanted', async () => {
      server.replies.set('/subjects/t-value/versions', { status: 200, body: '{"id":9}' });
      const register = { type: 'JSON', schema: '{"type":"object"}' } as const;
      const bytes = await lease.encode('t-value', { a: 1 }, { register });
      assert.equal(bytes.toString(), `\0\0\0\0\t{"a":1}`);
      assert.deepEqual(JSON.parse(server.asked[0]!.body), { schema: register.schema, schemaType: 'JSON' });
      server.replies.set('/subjects/u-value/versions', {
        status: 409,
        body: '{"error_code":409,"message":"no"}',
      });
      assert.equal(await faultOf(lease.encode('u-value', {}, { register })), 'refused');
    });

    it('names the field and the value that do not fit', async () => {
      server.setSubject('t', 3, { type: 'record', name: 'R', fields: [{ name: 'a', type: 'int' }] });
      const misfit: unknown = await Promise.resolve(lease.encode('t', { a: 'x' }, {})).catch(
        (error: unknown) => error,
      );
      assert.ok(misfit instanceof UserError);
      assert.equal(misfit.key, 'schema-registry.errors.misfit-type');
      assert.deepEqual(misfit.params, { subject: 't', field: 'a', value: 'x', expected: 'int' });
      assert.throws(() => lease.encode('t', {}, {}), /misfit-missing/);
    });

    it('is missing where the subject is unknown, or can not be used', async () => {
      server.setSubject('broken', 3, '{"type":7}');
      assert.equal(await faultOf(lease.encode('nobody', 1, {})), 'unknown');
      assert.equal(await faultOf(lease.encode('broken', 1, {})), 'unusable');
    });

    it('is waited for while the registry is away', async () => {
      server.setSubject('t', 3, '"int"');
      server.reply = { status: 503, body: '' };
      const bytes = lease.encode('t', 1, {});
      await until('the problem is told', () => lease.problem);
      server.reply = undefined;
      assert.deepEqual(await bytes, framed(3, 2));
      assert.equal(lease.problem, undefined);
    });

    it('is not told to be away any more once it has answered, whichever value and whatever it says', async () => {
      server.setSubject('t', 3, '"int"');
      server.reply = { status: 503, body: '' };
      registry.close();
      registry = new ConfluentRegistry(
        { url: registry.description, timeoutMs: TIMEOUT_MS },
        undefined,
        TIMEOUT_MS,
      );
      lease = registry.acquire();
      assert.equal(await faultOf(lease.encode('t', 1, {})), 'away');
      assert.ok(lease.problem);
      server.reply = undefined;
      assert.deepEqual(await lease.encode('t', 1, {}), framed(3, 2));
      assert.equal(lease.problem, undefined);
      server.reply = { status: 503, body: '' };
      const unknown = faultOf(lease.encode('nobody', 1, {}));
      await until('the problem is told again', () => lease.problem);
      server.reply = undefined;
      assert.equal(await unknown, 'unknown');
      assert.equal(lease.problem, undefined);
    });

    it('is waited for by a bounded number of values', async () => {
      server.reply = { status: 503, body: '' };
      const waiting = Array.from({ length: 10_000 }, async () => lease.encode('t', 1, {}));
      assert.throws(() => lease.encode('t', 1, {}), /crowded/);
      lease.release();
      const results = await Promise.allSettled(waiting);
      assert.ok(results.every(({ status }) => status === 'rejected'));
    });

    it('is asked for a bounded number of subjects, and for none whose values have been given back', async () => {
      registry.close();
      registry = new ConfluentRegistry(
        { url: registry.description, timeoutMs: 10_000 },
        undefined,
        2 * TIMEOUT_MS,
      );
      lease = registry.acquire();
      server.silent = true;
      const first = Array.from({ length: 2_000 }, (_, n) => faultOf(lease.encode(`a${n}`, 1, {})));
      const { fetching } = registry as unknown as { fetching: ReadonlyMap<string, unknown> };
      await until('the first requests', () => server.asked.length > 0);
      assert.equal(fetching.size, 1_000);
      // Those beyond the bound are not even queued, and those in the queue are given back in time.
      assert.deepEqual(new Set(await Promise.all(first)), new Set(['too-many-asked']));
      server.silent = false;
      server.setSubject('t', 3, '"int"');
      server.dropAll();
      const bytes = until('the schema', () => lease.encode('t', 1, {}));
      assert.deepEqual(await bytes, framed(3, 2));
      assert.deepEqual(
        server.asked.map(({ path }) => path.split('/')[2]),
        ['a0', 'a1', 'a2', 'a3', 't'],
      );
    });

    it('is not asked for one of each message that is refused since too many wait', async () => {
      server.silent = true;
      const waiting = Array.from({ length: 10_000 }, async () => lease.encode('t', 1, {}));
      for (let n = 0; n < 50; n++) assert.throws(() => lease.encode(`new${n}`, 1, {}), /crowded/);
      server.silent = false;
      server.reply = { status: 503, body: '' };
      lease.release();
      await Promise.allSettled(waiting);
      lease = registry.acquire();
      server.reply = undefined;
      assert.equal(await faultOf(lease.encode('last', 1, {})), 'unknown');
      assert.deepEqual(
        server.asked.filter(({ path }) => path.includes('/new')),
        [],
      );
    });
  });
});
