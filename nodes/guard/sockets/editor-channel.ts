import type { Duplex } from 'node:stream';
import {
  check,
  maxLength,
  object,
  optional,
  pipe,
  regex,
  safeParse,
  strictObject,
  string,
  union,
  unknown,
} from '../../vendored/schema';
import { isHarmless, isRecord } from './contents';

/** Characters of a message: the longest that the editor sends is a token. */
const MOST_MESSAGE = 65_536;
const MOST_TOKEN = 16_384;
const MOST_TOPIC = 128;

/**
 * What is subscribed to: Node-RED makes a regular expression of it, in which each `+` may stand for any letters, so that
 * several in one part would take for ever.
 */
const SUBSCRIBED = /^(?:[^+/{}]+|\+)(?:\/(?:[^+/{}]+|\+))*$/;
/** The part of Node-RED that reads fields of what comes with these without a look at it. */
const READ_BLINDLY = 'multiplayer/';

const topic = pipe(string(), maxLength(MOST_TOPIC));
const harmless = pipe(unknown(), check(isHarmless));

/** What the editor of Node-RED 4 and 5 sends; from `editor-client/src/js/comms.js`. */
type EditorMessage = { auth: string } | { subscribe: string } | { topic: string; data?: unknown };
const MESSAGE = union([
  strictObject({ auth: pipe(string(), maxLength(MOST_TOKEN)) }),
  strictObject({ subscribe: pipe(topic, regex(SUBSCRIBED)) }),
  pipe(
    object({ topic, data: optional(harmless) }),
    check(({ topic: to, data }) => !to.startsWith(READ_BLINDLY) || isRecord(data)),
  ),
]);

/** @returns what a text says that the editor may send; undefined for any other */
export function readEditorMessage(text: string): EditorMessage | undefined {
  if (text.length > MOST_MESSAGE) return undefined;
  try {
    const { success, output } = safeParse(MESSAGE, JSON.parse(text));
    return success ? output : undefined;
  } catch {
    // Not JSON: Node-RED says so in its log, and goes on.
    return undefined;
  }
}

/** The part of a WebSocket of the library ws that is used. */
interface WebSocket {
  emit(event: string, ...args: unknown[]): boolean;
  send(text: string): void;
  close(code: number): void;
  _receiver?: { _maxPayload?: unknown };
}

/** Of RFC 6455, 7.4.1: what came is against the rules of whoever takes it. */
const AGAINST_THE_RULES = 1008;

export interface EditorChannelOptions {
  /** whether Node-RED asks who opens the editor */
  asksWho: boolean;
  /** told of each message that nobody was let hear */
  refused: () => void;
}

/**
 * Lets the editor's channel hear only what an editor sends: before anybody has signed in, one message of another shape,
 * such as `null`, would end Node-RED.
 * @param socket of a request for the channel, before anybody listens to it
 */
export function guardEditorChannel(socket: Duplex, options: EditorChannelOptions): void {
  const look = (event: string | symbol): void => {
    // From here on the bytes are read, whether Node-RED has asked somebody for permission before or not.
    const webSocket = event === 'data' ? webSocketOf(socket) : undefined;
    if (webSocket === undefined) return;
    socket.off('newListener', look);
    guardMessages(webSocket, options);
  };
  socket.on('newListener', look);
}

/** The library notes it at the socket. */
function webSocketOf(socket: Duplex): WebSocket | undefined {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'websocket');
  return symbol && (socket as unknown as Record<symbol, WebSocket>)[symbol];
}

function guardMessages(webSocket: WebSocket, { asksWho, refused }: EditorChannelOptions): void {
  // What is longer is not even kept: the library takes a hundred megabytes.
  if (typeof webSocket._receiver?._maxPayload === 'number') webSocket._receiver._maxPayload = MOST_MESSAGE;
  const emit = webSocket.emit.bind(webSocket);
  webSocket.emit = (event, ...args) => {
    if (event !== 'message') return emit(event, ...args);
    const message = readEditorMessage(String(args[0]));
    if (message === undefined) {
      refused();
      webSocket.close(AGAINST_THE_RULES);
      return true;
    }
    if (asksWho || !('auth' in message)) return emit(event, ...args);
    // A browser keeps its token from when a password was asked for; a Node-RED that asks for none ends when it looks for it.
    webSocket.send(JSON.stringify({ auth: 'ok' }));
    return true;
  };
}
