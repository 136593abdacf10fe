import {
  newDecoder,
  newEncoder,
  type AskedBrokers,
  type ConnectedBroker,
  type Decoder,
} from '../patched-kafkajs/index';

/*
 * By which id the cluster knows a topic: another one has another id though it has the same name. kafkajs 2.2.4 does not
 * ask for it. Layout from the message definitions of Apache Kafka, Metadata version 12 (Kafka 3.1).
 */
const METADATA = { apiKey: 3, apiVersion: 12, apiName: 'Metadata' };
const ID_BYTES = 16;
const NO_TAGS = 0;

/**
 * @param cluster none where kafkajs does not give its connections: nothing is known then
 * @returns by topic; without those that are not there. Empty where the brokers do not tell
 * @throws when no broker answers
 */
export async function topicIds(
  cluster: AskedBrokers | undefined,
  topics: readonly string[],
): Promise<Map<string, string>> {
  const [nodeId] = cluster?.getNodeIds() ?? [];
  if (!cluster || nodeId === undefined) return new Map();
  const broker = await cluster.findBroker({ nodeId });
  return (broker.versions[METADATA.apiKey]?.maxVersion ?? 0) < METADATA.apiVersion
    ? new Map()
    : ask(broker, topics);
}

function ask(
  broker: Pick<ConnectedBroker, 'connectionPool'>,
  topics: readonly string[],
): Promise<Map<string, string>> {
  return broker.connectionPool.send<Map<string, string>>({
    request: {
      ...METADATA,
      encode: () =>
        Promise.resolve(
          newEncoder()
            .writeUVarInt(NO_TAGS)
            .writeUVarIntArray(
              topics.map((name) =>
                newEncoder()
                  .writeInt64(0) // no id: by its name
                  .writeInt64(0)
                  .writeUVarIntString(name)
                  .writeUVarInt(NO_TAGS),
              ),
            )
            .writeBoolean(false) // make none
            .writeBoolean(false) // rights are not asked for
            .writeUVarInt(NO_TAGS),
        ),
    },
    response: {
      decode: (data) => Promise.resolve(read(newDecoder(data))),
      parse: (answer) => Promise.resolve(answer),
    },
  });
}

function read(decoder: Decoder): Map<string, string> {
  decoder.readTaggedFields();
  decoder.readInt32(); // throttle time
  decoder.readUVarIntArray(() => {
    decoder.readInt32(); // the broker's number
    decoder.readUVarIntString(); // host
    decoder.readInt32(); // port
    decoder.readUVarIntString(); // rack
    decoder.readTaggedFields();
  });
  decoder.readUVarIntString(); // the cluster's id
  decoder.readInt32(); // controller
  const topics = decoder.readUVarIntArray(() => {
    const error = decoder.readInt16();
    const name = decoder.readUVarIntString();
    const id = decoder.readBytes(ID_BYTES).toString('hex');
    decoder.readBoolean(); // internal
    decoder.readUVarIntArray(passPartition);
    decoder.readInt32(); // rights
    decoder.readTaggedFields();
    return { error, name, id };
  });
  return new Map(topics.filter(({ error }) => error === 0).map(({ name, id }) => [name, id]));
}

function passPartition(decoder: Decoder): void {
  decoder.readInt16(); // error
  for (let number = 0; number < 3; number++) decoder.readInt32(); // partition, leader, epoch
  for (let list = 0; list < 3; list++) decoder.readUVarIntArray(() => decoder.readInt32()); // replicas
  decoder.readTaggedFields();
}
