import { EXPECTED_VERSION, examination, folder, type Part } from './patches';

/*
 * kafkajs as this package uses it: everything that reaches into it is in this folder, and whoever needs it imports it
 * from here, so that it is patched before anything else of it is loaded. (It is this package's own: bundleDependencies
 * in package.json. Other packages keep theirs as it is.)
 *
 * At load patches.ts looks whether each part is as it is in kafkajs 2.2.4. One that is not stays unpatched and is told
 * as a warning; without 'record-decoding' nobody could tell a gap in what is read, and without 'record-encoding' nothing
 * could be written, so a kafka-cluster refuses to start.
 *
 * What is replaced:
 *   record-encoding  protocol/requests/produce/v3: made each record in a buffer of its own, copied and sorted what it was
 *                    told of it, and copied the batch six times on its way; producer/groupMessagesPerPartition copied all
 *                    earlier messages for each message of a send. A quarter of what a record cost in all. See
 *                    produce-request.ts and record-run.ts.
 *                    Not needed when `npm run bench -- --row 8` is as quick without it.
 *   record-decoding  what an answer's bytes become: protocol/requests/fetch/v4/decodeMessages, protocol/messageSet/decoder
 *                    and consumer/batch, with consumer/runner's handleBatch in front. kafkajs fails for all partitions of
 *                    an answer, for ever, on snappy, lz4, zstd, on a header without a value, on a batch of 100,000
 *                    records; a record of 8,000 headers takes it a minute, what a batch unpacks to has no bound, and it
 *                    does not move behind batches that hold no record. See fetched-run.ts and ../records/.
 *                    Not needed when fault suite 13-foreign-records passes without it.
 *   request-queue    RequestQueue.scheduleCheckPendingRequests: woke up each idle connection a thousand times a second.
 *                    Not needed when a connected client without work causes no TimeoutNegativeWarning on Node 24.
 *   answer-bytes     Connection.connect and processData: an answer of an impossible length threw out of the socket's event,
 *                    which ends Node-RED; what was left of an answer that broke spoiled all that came on the next
 *                    connection. See answer-bytes.ts. Not needed when answers.test.ts passes without it.
 *   (answer-bytes, too) Connection.send: asked again and again on a connection that had gone silent, see
 *                    silent-connections.ts, and sent batches in the middle of a sign-in, see encoded-first.ts. Not needed
 *                    when unreached.test.ts and signs-in-anew.test.ts pass without it.
 *   metadata         requests/metadata/v0/response: threw away an answer about any number of topics when one partition of
 *                    them had no leader, so that nobody could read, write or ask for anything. See leaderless.ts.
 *                    Not needed when leaderless.test.ts passes without it.
 *   beginnings       OffsetManager.resolveOffsets: asked where partitions begin beside whoever decides it here, and fetched
 *                    none while it could not be told of one. See beginnings.ts. Not needed when unreadable.test.ts passes
 *                    without it.
 *   offsets          requests/listOffsets/v1, v2 and offsetFetch/v2: one partition of which a broker does not tell made the
 *                    whole answer an error. See partition-errors.ts. Not needed likewise.
 *   groups           requests/describeGroups/v0: likewise, one group of many. Not needed when groups.test.ts passes
 *                    without it.
 *   (record-decoding, too) requests/fetch/v0/response and consumer/consumerGroup's fetch: one partition that a broker
 *                    refuses stopped all others of that broker, and one broker that can't be reached those of all. See
 *                    partition-errors.ts. Not needed when refused.test.ts and unreached.test.ts pass without it.
 *                    The same fetch looks whether the clock was set back: no heartbeat would be sent until it is as late as
 *                    before. Not needed when clock-set-back.test.ts passes without it.
 *   commits          requests/offsetCommit/v0/response: likewise, of offsets that are not taken. Not needed likewise.
 *   sentences        requests/createTopics and describeConfigs: dropped the broker's own sentence about an error. See
 *                    broker-sentences.ts. Not needed when the error of a refused topic names what it collides with.
 *   any-broker       BrokerPool.withBroker, findConnectedBroker and getNodeIds, Cluster.findControllerBroker: a question that any broker can answer
 *                    failed when the first that it went to could not be reached; BrokerPool.connect: failed for good where the
 *                    only one was forgotten meanwhile. See any-broker.ts. Not needed when it goes to those first that are
 *                    connected, and on to the next.
 *   broker-versions  Broker.apiVersions, connect and isConnected: sent brokers that are too old, or too new, what they do not
 *                    take, which failed later without a reason, and asked one alone for the versions of all. See
 *                    broker-versions.ts. Not needed when broker-versions.test.ts passes without it.
 *   OAUTHBEARER      by a mechanism of our own, as kafkajs provides for: its own takes a refusal for a success. See
 *                    oauth-sign-in.ts. Not needed when a wrong token makes connect() reject (secured.test.ts).
 *
 * What is used though kafkajs does not offer it:
 *   own-requests     the connections of an admin client, and the encoder and decoder of the protocol: sizes of topics and
 *                    times of their last records (topic-extents.ts) take two requests that kafkajs does not speak.
 *                    Not needed when its admin client has them. The same connections tell what brokers answer to
 *                    records while kafkajs tries again without a word, and with which broker it does (leaders.ts), and let a
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
export type {
  Asked as AskedBrokers,
  Broker as ConnectedBroker,
  Cluster as Connections,
  DescribedGroup,
  ProtocolRequest,
} from './own-requests';
export type { Decoder, ProduceAnswer } from './own-requests';
export type { Leader, Leaders } from './leaders';
export { oauthSignIn } from './oauth-sign-in';
export { RecordRun } from './record-run';
export { FetchedRun, readWithin } from './fetched-run';
export { OffsetsRefused, isUnreachable, wholeAnswer, type FetchAnswer } from './partition-errors';
export { errorOf } from './error-code';
export { EXPECTED_VERSION, examination, folder, type Part };
