import { Kafka, logLevel } from 'kafkajs';
import { clusterOf, createAdmin, newDecoder, newEncoder } from '../../nodes/kafka-cluster/patched-kafkajs';

/** AlterClientQuotas of Kafka's protocol, version 0. */
const ALTER_CLIENT_QUOTAS = { apiKey: 49, apiVersion: 0, apiName: 'AlterClientQuotas' };

/** Lets clients of this id fetch only so many bytes a second from each broker. */
export async function limitFetching(
  brokers: string,
  clientId: string,
  bytesPerSecond: number,
): Promise<void> {
  const admin = createAdmin(new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }));
  await admin.connect();
  const { controller } = await admin.describeCluster();
  const broker = await clusterOf(admin)?.findBroker({ nodeId: String(controller) });
  const entity = newEncoder().writeString('client-id').writeString(clientId);
  const limit = newEncoder()
    .writeString('consumer_byte_rate')
    .writeDouble(bytesPerSecond)
    .writeBoolean(false);
  const entry = newEncoder().writeArray([entity]).writeArray([limit]);
  const error = await broker?.connectionPool.send<number>({
    request: {
      ...ALTER_CLIENT_QUOTAS,
      encode: () => Promise.resolve(newEncoder().writeArray([entry]).writeBoolean(false)),
    },
    response: {
      decode: (data) => {
        const decoder = newDecoder(data);
        decoder.readInt32(); // throttle time
        const [code = -1] = decoder.readArray(() => {
          const code = decoder.readInt16();
          decoder.readString(); // message
          decoder.readArray(() => [decoder.readString(), decoder.readString()]); // entity
          return code;
        });
        return Promise.resolve(code);
      },
      parse: (code) => Promise.resolve(code),
    },
  });
  await admin.disconnect();
  if (error !== 0) throw new Error(`the quota is refused: ${error}`);
}
