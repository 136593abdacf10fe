import type Connection from 'kafkajs/src/network/connection';
import { toError } from '../../shared/user-error';

/** The code of an error that says: what came is no answer, or none that can be read. */
export const NO_ANSWER = 'NO_ANSWER';

/** Each answer begins with its length, in so many bytes ... */
const LENGTH_BYTES = 4;
/** ... and then has at least the number of the request that it is for. */
const LEAST_ANSWER = 4;
/** Greater than any that a broker gives; of who speaks another protocol the first letters read as more. */
const GREATEST_ANSWER = 2 ** 30;

/** Where in a row of answers a connection is. */
class AnswerLengths {
  /** bytes of the present answer that are still to come; undefined in front of its length */
  private left: number | undefined;
  private start = Buffer.alloc(0);

  /** Follows what has come. @returns a length that no answer has, where one is met */
  impossibleIn(data: Buffer): number | undefined {
    for (let at = 0; at < data.length;) {
      if (this.left === undefined) {
        const part = data.subarray(at, at + LENGTH_BYTES - this.start.length);
        this.start = Buffer.concat([this.start, part]);
        at += part.length;
        if (this.start.length < LENGTH_BYTES) return undefined;
        const length = this.start.readInt32BE(0);
        if (length < LEAST_ANSWER || length > GREATEST_ANSWER) return length;
        this.left = length;
        this.start = Buffer.alloc(0);
      }
      const passed = Math.min(this.left, data.length - at);
      at += passed;
      this.left = passed === this.left ? undefined : this.left - passed;
    }
    return undefined;
  }
}

/**
 * Ends a connection on which something else than answers comes. kafkajs reads whatever it gets in the handler of the
 * socket's event, and what it throws there ends Node-RED: four bytes that are zero do.
 *
 * A connection that is made anew begins with an answer's first byte. kafkajs keeps what it had of an answer when the last
 * one broke, takes it for the beginning of the next one, and then waits for each answer in vain. It also opens a socket
 * for each request that finds it without one, and keeps the last.
 */
export function readWholeAnswers({ prototype }: typeof Connection): void {
  const { connect, processData, send } = prototype;
  const lengths = new WeakMap<Connection, AnswerLengths>();
  const underWay = new WeakMap<Connection, Promise<boolean>>();

  prototype.connect = function (this: Connection) {
    if (this.isConnected()) return connect.call(this);
    let connecting = underWay.get(this);
    if (!connecting) {
      // It may have something left to say, which is no answer on the next one.
      this.socket?.destroy();
      this.chunks = [];
      this.bytesBuffered = 0;
      this.bytesNeeded = LENGTH_BYTES;
      lengths.delete(this);
      connecting = connect.call(this).finally(() => underWay.delete(this));
      underWay.set(this, connecting);
    }
    return connecting;
  };

  prototype.processData = function (this: Connection, data) {
    const { socket } = this;
    // What follows on one that was given up.
    if (socket?.destroyed) return;
    const known = lengths.get(this) ?? new AnswerLengths();
    lengths.set(this, known);
    const impossible = known.impossibleIn(data);
    if (impossible !== undefined) {
      socket?.destroy(noAnswer(`an answer of ${impossible} bytes`));
      return;
    }
    try {
      processData.call(this, data);
    } catch (error) {
      socket?.destroy(toError(error));
    }
  };

  prototype.send = function (this: Connection, asked) {
    const { response } = asked;
    const decode: typeof response.decode = async (payload) => {
      try {
        return await response.decode(payload);
      } catch (error) {
        throw noAnswer(toError(error).message, error);
      }
    };
    return send.call(this, { ...asked, response: { ...response, decode } });
  };
}

function noAnswer(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code: NO_ANSWER });
}
