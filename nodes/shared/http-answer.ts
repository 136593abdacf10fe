import type http from 'node:http';
import { toError } from './user-error';

export interface HttpAnswer {
  status: number;
  body: string;
  /** the header of that name */
  retryAfter?: string | undefined;
}

/** An answer that is longer than any that is asked for. */
export class TooLongError extends Error {
  /** @param isAnswer whether it looks like what was asked for: whoever stands in the server's place sends pages */
  constructor(
    bytes: number,
    readonly isAnswer: boolean,
  ) {
    super(`the answer is longer than ${bytes} bytes`);
    this.name = new.target.name;
  }
}

/**
 * Sends a request and reads its answer, from a server that may be another than who has named it thinks. A redirection is
 * an answer like another and not followed: it would take what is in the request to a server that nobody has named.
 * @param request not sent yet; its signal says how long all of it may take
 * @param mostBytes of the answer; whoever stands in the server's place may send without end
 * @throws (a rejection) TooLongError, or what Node's http, net and tls say of a server that cannot be reached or gives no
 *   answer, or that the request's signal has ended it
 */
export function answerOf(
  request: http.ClientRequest,
  body: string | undefined,
  mostBytes: number,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    request.on('response', (response) => {
      textOf(response, mostBytes).then(
        (text) =>
          resolve({
            status: response.statusCode ?? 0,
            body: text,
            retryAfter: response.headers['retry-after'],
          }),
        (error: unknown) => reject(toError(error)),
      );
    });
    // Node.js ends a request with neither an answer nor an error where the server changes to another protocol.
    request.on('upgrade', ({ statusCode }, socket) => {
      socket.destroy();
      reject(new Error(`the server answers with ${statusCode}, another protocol than HTTP`));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function textOf(response: http.IncomingMessage, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      const begin = (chunks[0] ?? chunk).toString('latin1').trimStart();
      throw new TooLongError(mostBytes, response.statusCode === 200 && begin.startsWith('{'));
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
