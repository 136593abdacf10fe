import { EXPECTED_VERSION, examination, folder } from './patches';
import { CompressionCodecs } from 'kafkajs';
import { CODECS, pack, unpack } from '../compression/codecs';
import { DEFAULT_MAX_BATCH_BYTES } from '../records/limits';
import { groupedMessages as grouped } from './grouped-messages';

/*
 * kafkajs as this package uses it: everything that reaches into it is in this folder, and whoever needs it imports it
 * from here, so that it is patched before anything else of it is loaded. (It is this package's own: bundleDependencies
 * in package.json. Other packages keep theirs as it is.)
 *
 * At load patches.ts looks whether each part is as it is in kafkajs 2.2.4. One that is not stays unpatched and is told
 * as a warning; without 'record-decoding' nobody could tell a gap in what is read, so a kafka-cluster refuses to start.
 *
 * What is replaced:
 *   record-encoding  protocol/recordBatch/record/v0: took a zeroed kilobyte for each record and each header and a buffer
 *                    for each number. 8.3 us of CPU a record became 3.6 us (batches of 500).
 *                    Not needed when `npm run bench -- --row 1` is as quick without it.
 *   record-decoding  what an answer's bytes become: protocol/requests/fetch/v4/decodeMessages, protocol/messageSet/decoder
 *                    and consumer/batch, with consumer/runner's handleBatch in front. kafkajs fails for all partitions of
 *                    an answer, for ever, on snappy, lz4, zstd, on a header without a value, on a batch of 100,000
 *                    records; a record of 8,000 headers takes it a minute, what a batch unpacks to has no bound, and it
 *                    does not move behind batches that hold no record. See fetched-run.ts and ../records/.
 *                    Not needed when fault suite 13-foreign-records passes without it.
 *   checksum         protocol/recordBatch/crc32C: went byte by byte, a twentieth of what sending costs.
 *                    Not needed when Node has a CRC-32C of its own (zlib.crc32 is another polynomial), or likewise.
 *   request-queue    RequestQueue.scheduleCheckPendingRequests: woke up each idle connection a thousand times a second.
 *                    Not needed when a connected client without work causes no TimeoutNegativeWarning on Node 24.
 *   answer-bytes     Connection.connect and processData: an answer of an impossible length threw out of the socket's event,
 *                    which ends Node-RED; what was left of an answer that broke spoiled all that came on the next
 *                    connection. See answer-bytes.ts. Not needed when answers.test.ts passes without it.
 *   metadata         requests/metadata/v0/response: threw away an answer about any number of topics when one partition of
 *                    them had no leader, so that nobody could read, write or ask for anything. See leaderless.ts.
 *                    Not needed when leaderless.test.ts passes without it.
 *   offsets          Cluster.fetchTopicsOffset: gave no offset at all when one partition had no leader, and a consumer
 *                    that asked for it fetched nothing. See leaderless.ts. Not needed likewise.
 *   sentences        requests/createTopics and describeConfigs: dropped the broker's own sentence about an error. See
 *                    broker-sentences.ts. Not needed when the error of a refused topic names what it collides with.
 *   any-broker       BrokerPool.withBroker: a question that any broker can answer failed when the first that it went to
 *                    could not be reached. See any-broker.ts. Not needed when it goes on to the next.
 *   grouping         producer/groupMessagesPerPartition: copied all earlier messages for each message of a send, 1.5 us
 *                    of CPU a record (2.4 us in sends of 1000), now 0.01 us. See grouped-messages.ts.
 *                    Not needed when it sorts without copying.
 *   OAUTHBEARER      by a mechanism of our own, as kafkajs provides for: its own takes a refusal for a success. See
 *                    oauth-sign-in.ts. Not needed when a wrong token makes connect() reject (secured.test.ts).
 *
 * What is used though kafkajs does not offer it:
 *   own-requests     the connections of an admin client, and the encoder and decoder of the protocol: sizes of topics and
 *                    times of their last records (topic-extents.ts) take two requests that kafkajs does not speak.
 *                    Not needed when its admin client has them. The same connections tell what brokers answer to
 *                    records while kafkajs tries again without a word (producer-session.ts), and let a
 *                    consumer say that it is alive while its fetches wait (consumer/heartbeats.ts).
 *
 * Other traps of kafkajs are avoided from outside, with what it offers: see KafkaClient (client.ts) for clients that do
 * not end, KafkaJsProducer (producer-client.ts) for records that are acknowledged and not written, SilenceWatch
 * (consumer/connection-watchdog.ts) for connections that went silent, subscriptionAssigners (consumer/assigner.ts) for groups whose members read
 * different topics.
 */
export * from 'kafkajs';
export {
  clusterOf,
  createAdmin,
  createConsumer,
  createProducer,
  newDecoder,
  newEncoder,
} from './own-requests';
export type { Asked as AskedBrokers, Broker as ConnectedBroker, ProtocolRequest } from './own-requests';
export type { Decoder, ProduceAnswer } from './own-requests';
export { oauthSignIn } from './oauth-sign-in';
export { FetchedRun, readWithin } from './fetched-run';
export { EXPECTED_VERSION, examination, folder };

// kafkajs has gzip, and takes the others from whoever uses it.
for (const [number, codec] of CODECS.entries()) {
  if (codec === 'none') continue;
  Object.assign(CompressionCodecs, {
    [number]: () => ({
      compress: ({ buffer }: { buffer: Buffer }) => pack(codec, buffer),
      decompress: (bytes: Buffer) => unpack(number, bytes, DEFAULT_MAX_BATCH_BYTES),
    }),
  });
}

/** See grouped-messages.ts. */
export const groupedMessages: typeof grouped = examination.unfit.includes('grouping')
  ? (_partition, messages) => messages
  : grouped;
