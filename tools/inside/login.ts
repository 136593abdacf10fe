import { existsSync } from 'node:fs';
import path from 'node:path';
import { dataDirOf, kafkaLoginOf } from '../../stack/config';
import { LOCK_FILE } from '../../stack/data-dir-lock';
import type { KafkaLogin } from '../../stack/kafka/login';
import { readServiceUsers } from '../../stack/service-users';

/**
 * @returns how to sign in at the Kafka that is looked into: as KAFKA_USER and KAFKA_PASSWORD say, or with what
 * `npm start -- --secure` has made for the data that it runs on
 */
export function loginOf(env: NodeJS.ProcessEnv): KafkaLogin | undefined {
  const given = kafkaLoginOf(env);
  if (given !== undefined || env.KAFKA_BROKERS) return given;
  const running = [dataDirOf(env, 'all'), dataDirOf(env, 'server')].find((dir) =>
    existsSync(path.join(dir, LOCK_FILE)),
  );
  const users = running === undefined ? undefined : readServiceUsers(running);
  return users && { mechanism: 'scram-sha-512', username: users.user, password: users.kafka };
}
