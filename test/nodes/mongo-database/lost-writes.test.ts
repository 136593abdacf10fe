import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { MongoClient } from 'mongodb';
import '../../../nodes/mongo-database/client';
import { database } from '../../support/services';

/** What the driver keeps of its connections, which it shows to nobody. */
interface InsideOfClient {
  topology: { s: { servers: Map<string, { pool: { checkedOut: Set<{ socket: Socket }> } }> } };
}

describe('a connection to the database that is lost in the moment in which a command is written', () => {
  let uri: string;

  before(async function () {
    this.timeout(300_000);
    ({ uri } = await database());
  });

  it('ends that command, and the next one has a connection', async () => {
    const client = new MongoClient(uri, { monitorCommands: true, retryWrites: false });
    try {
      await client.connect();
      const collection = client.db(`lost_${Date.now()}`).collection('c');
      await collection.insertOne({ n: 1 });
      // The driver tells of the command before it writes it.
      client.once('commandStarted', () => {
        const { servers } = (client as unknown as InsideOfClient).topology.s;
        const [connection] = [...servers.values()].flatMap(({ pool }) => [...pool.checkedOut]);
        connection!.socket.destroy();
      });
      const lost = collection.insertOne({ n: 2 });
      await assert.rejects(lost, { name: 'MongoNetworkError' });
      await collection.insertOne({ n: 3 });
      assert.equal(await collection.countDocuments(), 2);
      await client.db(collection.dbName).dropDatabase();
    } finally {
      await client.close();
    }
  });
});
