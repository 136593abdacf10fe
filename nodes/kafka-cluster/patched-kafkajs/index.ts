import { EXPECTED_VERSION, examination, folder } from './patches';
import { groupedMessages as grouped } from './grouped-messages';

/*
 * kafkajs as this package uses it: everything that reaches into it is in this folder, and whoever needs it imports it
 * from here, so that it is patched before anything else of it is loaded. (It is this package's own: bundleDependencies
 * in package.json. Other packages keep theirs as it is.)
 *
 * At load patches.ts looks whether each part is as it is in kafkajs 2.2.4. One that is not stays unpatched and is told
 * as a warning; without 'fetched-offset' nobody could tell a gap in what is read, so a kafka-cluster refuses to start.
 *
 * What is replaced:
 *   record-encoding  protocol/recordBatch/record/v0: took a zeroed kilobyte for each record and each header and a buffer
 *                    for each number. 8.3 us of CPU a record became 3.6 us (batches of 500).
 *                    Not needed when `npm run bench -- --row 1` is as quick without it.
 *   checksum         protocol/recordBatch/crc32C: went byte by byte, a twentieth of what sending costs.
 *                    Not needed when Node has a CRC-32C of its own (zlib.crc32 is another polynomial), or likewise.
 *   request-queue    RequestQueue.scheduleCheckPendingRequests: woke up each idle connection a thousand times a second.
 *                    Not needed when a connected client without work causes no TimeoutNegativeWarning on Node 24.
 *   grouping         producer/groupMessagesPerPartition: copied all earlier messages for each message of a send, 1.5 us
 *                    of CPU a record (2.4 us in sends of 1000), now 0.01 us. See grouped-messages.ts.
 *                    Not needed when it sorts without copying.
 *   OAUTHBEARER      by a mechanism of our own, as kafkajs provides for: its own takes a refusal for a success. See
 *                    oauth-sign-in.ts. Not needed when a wrong token makes connect() reject (secured.test.ts).
 *
 * What is used though kafkajs does not offer it:
 *   fetched-offset   Batch.fetchedOffset: the offset that was asked for. A batch that does not begin where the one before
 *                    it has ended is seen by it (see reading-position.ts). Not needed when it is in kafkajs's types.
 *   own-requests     the connections of an admin client, and the encoder and decoder of the protocol: sizes of topics and
 *                    times of their last records (topic-extents.ts) take two requests that kafkajs does not speak.
 *                    Not needed when its admin client has them.
 *
 * Other traps of kafkajs are avoided from outside, with what it offers: see KafkaClient (client.ts) for clients that do
 * not end, KafkaJsProducer (producer-client.ts) for records that are acknowledged and not written, SilenceWatch
 * (silence-watch.ts) for connections that went silent, subscriptionAssigners (assigner.ts) for groups whose members read
 * different topics.
 */
export * from 'kafkajs';
export { clusterOf, createAdmin, newDecoder, newEncoder } from './own-requests';
export type { Broker as ConnectedBroker, Cluster as Connections, ProtocolRequest } from './own-requests';
export type { Decoder } from './own-requests';
export { oauthSignIn } from './oauth-sign-in';
export { EXPECTED_VERSION, examination, folder };

/** See grouped-messages.ts. */
export const groupedMessages: typeof grouped = examination.unfit.includes('grouping')
  ? (_partition, messages) => messages
  : grouped;
