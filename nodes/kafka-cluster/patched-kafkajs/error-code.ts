import { createRequire } from 'node:module';

const load = createRequire(__filename);

/** @returns kafkajs's error for a code of Kafka's protocol */
export function errorOf(code: number): Error {
  const { createErrorFromCode } = load('kafkajs/src/protocol/error') as {
    createErrorFromCode: (code: number) => Error;
  };
  return createErrorFromCode(code);
}
