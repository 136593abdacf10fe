import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { frameOf } from '../../../nodes/schema-registry/frame';
import { KeptSchemas } from '../../../nodes/schema-registry/kept-schemas';
import { ConfluentRegistry } from '../../../nodes/schema-registry/registry';
import type { UserError } from '../../../nodes/shared/user-error';
import { RegistryServer } from '../../support/registry-server';
import { withTempDir } from '../../support/temp-dir';
import { until } from '../../support/until';

const SCHEMA = { id: 7, source: { type: 'AVRO', text: '"int"', references: [] } } as const;

describe('schemas that are kept', () => {
  it('are written by after a restart while the registry is away, until it says another one', async () => {
    await withTempDir(async (dir) => {
      const server = new RegistryServer();
      const url = await server.start();
      const fields = [{ name: 'x', type: 'int' }];
      server.setSubject('place', 2, { type: 'record', name: 'n.Place', fields });
      const references = [{ name: 'n.Place', subject: 'place', version: 1 }];
      server.setSubject('t', 3, '"n.Place"', { references });
      const start = (): ConfluentRegistry =>
        new ConfluentRegistry({ url, timeoutMs: 500 }, new KeptSchemas(path.join(dir, 'schemas')));
      const registries: ConfluentRegistry[] = [];
      const encode = async (subject: string): Promise<Buffer> => {
        const registry = start();
        registries.push(registry);
        const lease = registry.acquire();
        try {
          return await lease.encode(subject, { x: 1 }, {});
        } finally {
          lease.release();
        }
      };
      const written = Buffer.concat([frameOf(3), Buffer.of(2)]);
      try {
        assert.deepEqual(await encode('t'), written);
        await until('it is kept', async () => (await readdir(path.join(dir, 'schemas'))).length === 1);
        server.reply = { status: 503, body: '' };
        assert.deepEqual(await encode('t'), written);
        server.reply = undefined;
        server.setSubject('t', 4, { type: 'map', values: 'int' });
        assert.equal((await encode('t')).readUInt32BE(1), 4);
        const keptId = async (): Promise<number> => {
          const [file] = await readdir(path.join(dir, 'schemas'));
          return (JSON.parse(await readFile(path.join(dir, 'schemas', file!), 'utf8')) as { id: number }).id;
        };
        await until('the other one is kept', async () => (await keptId()) === 4);
      } finally {
        for (const registry of registries) registry.close();
        await server.stop();
      }
    });
  });

  it('are each of one name, and asked for again where they are damaged', async () => {
    await withTempDir(async (dir) => {
      const problems: UserError[] = [];
      const kept = new KeptSchemas(dir, (problem) => problems.push(problem));
      await kept.keep('a', SCHEMA);
      assert.deepEqual(await kept.find('a'), SCHEMA);
      assert.equal(await kept.find('b'), undefined);
      const [file] = await readdir(dir);
      for (const damaged of ['', '{', 'null', '{"id":1}']) {
        await writeFile(path.join(dir, file!), damaged);
        assert.equal(await kept.find('a'), undefined);
      }
      assert.deepEqual(problems, []);
    });
  });

  it('are no more than there is room for, and of no size', async () => {
    await withTempDir(async (dir) => {
      const kept = new KeptSchemas(dir);
      await kept.keep('a', SCHEMA);
      for (let n = 1; n < 1_000; n++) await writeFile(path.join(dir, String(n)), '');
      await kept.keep('b', SCHEMA);
      assert.equal(await kept.find('b'), undefined);
      await kept.keep('a', { ...SCHEMA, id: 8 });
      assert.equal((await kept.find('a'))?.id, 8);
      await kept.keep('a', { id: 9, source: { ...SCHEMA.source, text: ' '.repeat(2 ** 19) } });
      assert.equal((await kept.find('a'))?.id, 8);
    });
  });

  it('are told once to have no place, and cost nothing else', async () => {
    await withTempDir(async (dir) => {
      const problems: UserError[] = [];
      await writeFile(path.join(dir, 'file'), '');
      const kept = new KeptSchemas(path.join(dir, 'file', 'schemas'), (problem) => problems.push(problem));
      await kept.keep('a', SCHEMA);
      await kept.keep('b', SCHEMA);
      assert.equal(await kept.find('a'), undefined);
      assert.deepEqual(
        problems.map(({ key }) => key),
        ['schema-registry.errors.not-kept'],
      );
    });
  });
});
