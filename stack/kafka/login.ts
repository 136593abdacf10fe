/** Of Kafka's ways to sign in those that take a user and a password, as kafkajs and kafka-cluster name them. */
export const KAFKA_MECHANISMS = ['scram-sha-512', 'scram-sha-256', 'plain'] as const;

/** How to sign in at a Kafka. */
export interface KafkaLogin {
  mechanism: (typeof KAFKA_MECHANISMS)[number];
  username: string;
  password: string;
}
