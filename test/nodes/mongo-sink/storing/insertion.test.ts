import assert from 'node:assert/strict';
import type { Collection } from 'mongodb';
import { toDocument, type ReadingDocument } from '../../../../nodes/mongo-sink/storing/document';
import { insertionOf } from '../../../../nodes/mongo-sink/storing/insertion';
import { othersTurn, workUntilTurnIsOver } from '../../../support/turns';
import { element, reading } from '../support';

describe('mongo-sink: making a write ready', () => {
  it('lets others have their turn between two documents, and keeps the order of these', async () => {
    const inserted: unknown[] = [];
    const insertion = {
      get length() {
        return inserted.length;
      },
      insert: ({ humedad }: ReadingDocument) => inserted.push(humedad),
    };
    const collection = { initializeUnorderedBulkOp: () => insertion };
    const documents = [1, 2, 3].map((humedad) => toDocument(element(reading('a', humedad))));
    workUntilTurnIsOver();
    const hadTheirTurn = othersTurn();
    const ready = insertionOf(collection as unknown as Collection<ReadingDocument>, documents, {});
    assert.deepEqual(inserted, [1]);
    await ready;
    assert.ok(hadTheirTurn());
    assert.deepEqual(inserted, [1, 2, 3]);
  });
});
