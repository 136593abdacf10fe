import type { AuthenticationProviderArgs, Mechanism } from 'kafkajs';
import type { AccessTokens } from '../auth/access-token';
import { KafkaError, protocolErrorType } from '../errors';

/** Separates the parts of a message (RFC 7628, 3.1); alone it ends an exchange in which the server has refused. */
const SEPARATOR = '\u0001';
/** kafkajs gives and takes messages with their length before them. */
const LENGTH_BYTES = 4;

type Exchange = AuthenticationProviderArgs['saslAuthenticate'];

/**
 * Signs in by SASL OAUTHBEARER (RFC 7628). kafkajs has it too, but takes a refusal for a success: the broker tells it in
 * an answer that kafkajs does not read, and closes the connection afterwards.
 */
export function oauthSignIn(tokens: AccessTokens): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const token = await tokens.current();
        try {
          await present(saslAuthenticate, token);
        } catch (error) {
          if (error instanceof KafkaError) tokens.discard(token);
          throw error;
        }
      },
    }),
  };
}

/** @throws KafkaError (a rejection) with what the broker has to say about a token that it does not take, in JSON */
async function present(exchange: Exchange, token: string): Promise<void> {
  const refusal = await say(exchange, `n,,${SEPARATOR}auth=Bearer ${token}${SEPARATOR}${SEPARATOR}`);
  if (refusal === '') return;
  try {
    // Only after this it says its final no.
    await say(exchange, SEPARATOR);
  } catch (error) {
    throw notAccepted(refusal, error);
  }
  throw notAccepted(refusal);
}

async function say(exchange: Exchange, message: string): Promise<string> {
  try {
    const answer = await exchange<string>({
      request: { encode: () => withLength(message) },
      response: {
        decode: (raw) => raw.subarray(LENGTH_BYTES),
        parse: (bytes) => bytes.toString('utf8'),
      },
    });
    return answer ?? '';
  } catch (error) {
    if (protocolErrorType(error) !== 'SASL_AUTHENTICATION_FAILED') throw error;
    throw notAccepted((error as Error).message, error);
  }
}

function withLength(message: string): Buffer {
  const bytes = Buffer.from(message);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function notAccepted(reason: string, cause?: unknown): KafkaError {
  return new KafkaError('not-admitted', { reason }, { text: 'token-not-accepted', cause });
}
