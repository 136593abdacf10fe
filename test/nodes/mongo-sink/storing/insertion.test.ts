import assert from 'node:assert/strict';
import type { Collection } from 'mongodb';
import { toDocument, type ReadingDocument } from '../../../../nodes/mongo-sink/storing/document';
import { insertionOf } from '../../../../nodes/mongo-sink/storing/insertion';
import { othersTurn, workUntilTurnIsOver } from '../../../support/turns';
import { element, reading } from '../support';

describe('mongo-sink: making a write ready', () => {
  it('lets others have their turn between documents, of which it does some in each, and keeps their order', async () => {
    const inserted: unknown[] = [];
    const insertion = {
      insert: ({ humedad }: ReadingDocument) => {
        inserted.push(humedad);
        workUntilTurnIsOver();
      },
    };
    const collection = { initializeUnorderedBulkOp: () => insertion };
    const numbers = Array.from({ length: 70 }, (_, i) => i);
    const documents = numbers.map((humedad) => toDocument(element(reading('a', humedad))));
    const hadTheirTurn = othersTurn();
    const ready = insertionOf(collection as unknown as Collection<ReadingDocument>, documents, {});
    const first = inserted.length;
    assert.ok(first > 1 && first < numbers.length, `${first} in the first turn`);
    await ready;
    assert.ok(hadTheirTurn());
    assert.deepEqual(inserted, numbers);
  });
});
