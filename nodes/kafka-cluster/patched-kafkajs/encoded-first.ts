import type Connection from 'kafkajs/src/network/connection';

/**
 * Puts a request into bytes before it is looked at whether its connection has to sign in anew. kafkajs looks first: a batch
 * that is packed meanwhile goes out in the middle of the sign-in, and for that a broker ends the connection.
 */
export function encodeFirst({ prototype }: typeof Connection): void {
  const { send } = prototype;
  prototype.send = async function (this: Connection, asked) {
    const encoded = await asked.request.encode();
    const request = { ...asked.request, encode: () => Promise.resolve(encoded) };
    return send.call(this, { ...asked, request });
  };
}
