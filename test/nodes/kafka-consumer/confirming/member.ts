import { KafkaJsCluster } from '../../../../nodes/kafka-cluster/cluster';
import { readConsumerConfig, type ConsumerConfig } from '../../../../nodes/kafka-consumer/config';
import { RecordConsumer } from '../../../../nodes/kafka-consumer/consumer';
import { confirm } from '../../../../nodes/shared/deliveries';

/**
 * A consumer in a process of its own, to be killed. Arguments: the brokers, the node's settings as JSON, and how many
 * records to confirm. Each payload becomes a line of its output.
 */
const [, , brokers = '', config = '{}', confirmed = '0'] = process.argv;
let left = Number(confirmed);

const settings = readConsumerConfig(JSON.parse(config) as ConsumerConfig);
const cluster = new KafkaJsCluster({ brokers: [brokers], clientId: 'member' }, () => undefined);
const consumer = new RecordConsumer('member', settings, cluster, {
  send: (message) => {
    console.log(String(message.payload));
    if (left-- > 0) confirm(message);
  },
  sendAside: (_message, error) => console.error(error),
  warn: () => undefined,
  report: (error) => console.error(error),
});
consumer.start();
