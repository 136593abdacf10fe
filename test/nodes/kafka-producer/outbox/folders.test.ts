import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { adoptOutbox, findOrphans } from '../../../../nodes/kafka-producer/outbox/folders';
import { contentOf, type ProducerRecord } from '../../../../nodes/kafka-producer/record/entry';
import type { UserError } from '../../../../nodes/shared/user-error';
import { until } from '../../../support/until';
import { next, openOutbox, opened, put, record, removeFolders, temporaryFolder } from '../record/records';

describe('kafka-producer: outboxes without a node', () => {
  after(removeFolders);

  /** An outbox with three records, one of them refused. */
  async function leave(directory: string): Promise<void> {
    const { outbox, reports } = openOutbox({ directory });
    await until('the outbox to open', () => opened(reports));
    for (const payload of ['a', 'b', 'c']) await put(outbox, record({ payload }));
    const [buffer] = outbox.buffers;
    assert.ok(buffer);
    await next(outbox, buffer, 1);
    outbox.retire(buffer, buffer.inFlight, new Error('refused'));
    await outbox.close();
  }

  it('are found, with the number of records in them, and taken over', async () => {
    const root = path.join(temporaryFolder(), 'outboxes');
    await leave(path.join(root, 'gone'));
    await leave(path.join(root, 'known'));
    const orphans = await findOrphans(root, (folder) => folder === 'known', assert.fail);
    assert.deepEqual(orphans, [{ folder: 'gone', count: 3 }]);

    const moved: ProducerRecord[] = [];
    const take = (one: ProducerRecord): Promise<void> => Promise.resolve(void moved.push(one));
    assert.equal(await adoptOutbox(root, 'gone', take), 3);
    assert.deepEqual(
      moved.map((one) => String(contentOf(one).value)),
      ['a', 'b', 'c'],
    );
    assert.ok(!existsSync(path.join(root, 'gone')));
  });

  it('are those too that a version before has begun after this one', async () => {
    const root = path.join(temporaryFolder(), 'outboxes');
    await leave(path.join(root, 'a'));
    await leave(path.join(root, 'b-format2'));
    await leave(path.join(root, 'b'));
    const orphans = await findOrphans(root, (node) => ['a', 'b'].includes(node), assert.fail);
    assert.deepEqual(orphans, [{ folder: 'b', count: 3 }]);
  });

  it('keep their records when these can not be stored elsewhere', async () => {
    const root = path.join(temporaryFolder(), 'outboxes');
    await leave(path.join(root, 'gone'));
    await assert.rejects(
      adoptOutbox(root, 'gone', () => Promise.reject(new Error('full'))),
      /full/,
    );
    assert.deepEqual(await findOrphans(root, () => false, assert.fail), [{ folder: 'gone', count: 3 }]);
  });

  it('are not taken over under a name that is none, or while a node has them open', async () => {
    const root = path.join(temporaryFolder(), 'outboxes');
    const { outbox, reports } = openOutbox({ directory: path.join(root, 'open') });
    await until('the outbox to open', () => opened(reports));
    const refused = (key: string) => (error: UserError) => error.key === `kafka-producer.errors.${key}`;
    const none = (): Promise<void> => Promise.resolve();
    for (const folder of ['..', '../x', 'absent', undefined, ''])
      await assert.rejects(adoptOutbox(root, folder, none), refused('no-such-outbox'));
    await assert.rejects(adoptOutbox(root, 'open', none), refused('outbox'));
    await outbox.close();
  });
});
