import type { Node, NodeAPI, NodeMessage, NodeMessageInFlow, NodeStatus } from 'node-red';
import { withoutUncopyable, withoutUnreportable } from './copyable';
import { onFlowsStarted } from './flows-started';
import { NodeMeasures } from './measures';
import type { PipelineMessage } from './messages';
import { shortReason } from './short-reason';
import { StatusDisplay } from './status-display';
import { localizeError, type Translate } from './translate';
import { UserError, shorten, toError } from './user-error';

export type Incoming = PipelineMessage & NodeMessageInFlow;
export type Send = (messages: NodeMessage | (NodeMessage | NodeMessage[] | null)[]) => void;
export type Done = (error?: Error) => void;

/** What is done with a message before its `done`; what it throws, ends the message as its error. */
export type InputHandler = (message: Incoming, send: Send, done: Done) => void;

/** Hears of each start of the flows; see onFlowsStarted. */
type StartListener = (event: unknown, first: boolean) => void;

/**
 * How a node of this package starts, reports and ends, the same for all of them:
 * - A node whose settings are no good says so in the log, to the Catch nodes and in its status, and ends each message with it.
 * - Nothing is shown or reported to Catch nodes before the flows have started, since some nodes do not exist until then.
 * - Each message is done exactly once, and errors have their text in the runtime's language.
 * - What Node-RED can't copy for the nodes that a message or an error goes to is left out, and nothing is thrown by that.
 * - Nothing is shown any more once the node closes, and a close that fails is logged; Node-RED itself waits 15 s for it.
 */
export class NodeLifecycle {
  /** what this node counts for whoever watches from outside */
  readonly measures: NodeMeasures;
  private readonly display: StatusDisplay;
  private readonly listeners: StartListener[] = [];
  private latest: NodeStatus | undefined;
  private started = false;
  private closed = false;

  private constructor(
    RED: NodeAPI,
    private readonly node: Node,
    private readonly translate: Translate,
  ) {
    this.measures = new NodeMeasures(node.type, node.id);
    this.display = new StatusDisplay((status) => node.status(status));
    const stopWaiting = onFlowsStarted(RED.events, (event) => this.flowsStarted(event));
    node.on('close', () => {
      stopWaiting();
      this.closed = true;
      this.measures.end();
      this.display.close();
    });
  }

  /**
   * To be called right after `RED.nodes.createNode`.
   * @param run reads the settings and starts the node's work; what it throws says what is wrong with the settings
   * @param unusable what is done with each message beside ending it, where they are no good; nothing else, usually
   */
  static start(
    RED: NodeAPI,
    node: Node,
    translate: Translate,
    run: (life: NodeLifecycle) => void,
    unusable: (message: Incoming, error: Error, send: Send) => void = () => undefined,
  ): void {
    const life = new NodeLifecycle(RED, node, translate);
    try {
      run(life);
    } catch (thrown) {
      const error = localizeError(toError(thrown), translate);
      life.show({ fill: 'red', shape: 'ring', text: shortReason(error, translate) });
      life.onFlowsStarted((_event, first) => first && life.report(error));
      life.onInput((message, send, done) => {
        unusable(message, error, send);
        done(error);
      });
    }
  }

  /** Shows a status, throttled: the latest one as soon as the flows have started. */
  show(status: NodeStatus): void {
    this.latest = status;
    if (this.started && !this.closed) this.display.set(status);
  }

  /**
   * Logs an error and gives it to the Catch nodes.
   * @param about the message that it is about; an empty one where there is none, since no Catch node gets an error without
   */
  report(error: Error, about: NodeMessage = {}): void {
    this.tell(plainly(localizeError(error, this.translate)), about);
  }

  /** As node.send, from whatever timer or event: what can't be handed on is told. */
  send(messages: Parameters<Send>[0]): void {
    this.handOn(messages, (copyable) => this.node.send(copyable));
  }

  /** @param listener `first` for the first start since this node was made: only then do all nodes of the flow exist */
  onFlowsStarted(listener: StartListener): void {
    this.listeners.push(listener);
  }

  onInput(handler: InputHandler): void {
    this.node.on('input', (message, send, done) => {
      let over = false;
      const finish: Done = (error) => {
        if (over) return;
        over = true;
        if (error) this.fail(message, error, done);
        else this.complete(message, done);
      };
      try {
        handler(
          message as Incoming,
          (messages) => this.handOn(messages, (copyable) => send(copyable)),
          finish,
        );
      } catch (thrown) {
        finish(toError(thrown));
      }
    });
  }

  /** @param close ends the node's work; `removed` where the node was deleted or disabled */
  onClose(close: (removed: boolean) => Promise<void> | void): void {
    onClose(this.node, this.translate, close);
  }

  private complete(message: NodeMessage, done: () => void): void {
    // Only then it is copied; looking at each message would cost as much as some nodes do in all.
    const copyable = isAwaited(this.node) ? withoutUncopyable(message) : undefined;
    if (copyable) return this.tell(this.notCopied(copyable).message, copyable.message);
    try {
      done();
    } catch (thrown) {
      this.tell(this.notCopied({ leftOut: [], reason: toError(thrown).message }).message, idOf(message));
    }
  }

  private fail(message: NodeMessage, error: Error, done: Done): void {
    const told = plainly(localizeError(error, this.translate));
    const reportable = withoutUnreportable(message);
    if (reportable) return this.tell(told, reportable.message);
    try {
      (done as (error: Error | string) => void)(told);
    } catch {
      // What it says the second time it is read may be something else: the error itself is what has to be known.
      this.tell(told, idOf(message));
    }
  }

  /** Logs an error and gives it to the Catch nodes, with as much of the message as they can be given. */
  private tell(error: Error | string, about: NodeMessage): void {
    try {
      this.node.error(error, withoutUnreportable(about)?.message ?? about);
    } catch {
      this.node.error(error, idOf(about));
    }
  }

  private handOn(messages: Parameters<Send>[0], send: (messages: Parameters<Send>[0]) => void): void {
    try {
      send(isCopied(this.node) ? this.copyable(messages) : messages);
    } catch (thrown) {
      this.tell(this.notCopied({ leftOut: [], reason: toError(thrown).message }).message, {});
    }
  }

  private copyable(messages: Parameters<Send>[0]): Parameters<Send>[0] {
    const one = (message: NodeMessage): NodeMessage => {
      const copyable = withoutUncopyable(message);
      if (!copyable) return message;
      this.node.warn(this.notCopied(copyable).message);
      return copyable.message;
    };
    if (!Array.isArray(messages)) return one(messages);
    return messages.map((some) => (Array.isArray(some) ? some.map(one) : some && one(some)));
  }

  private notCopied({ leftOut, reason }: { leftOut: readonly string[]; reason: string }): Error {
    const params = { fields: leftOut.join(', ') || '-', reason: shorten(reason, 300) };
    return localizeError(new UserError('kafka-cluster.errors.not-copied', params), this.translate);
  }

  private flowsStarted(event: unknown): void {
    const first = !this.started;
    this.started = true;
    if (first && this.latest) this.display.set(this.latest);
    for (const listener of this.listeners) {
      try {
        listener(event, first);
      } catch (thrown) {
        this.report(toError(thrown));
      }
    }
  }
}

/**
 * The editor's debug sidebar folds an Error away, its text with it: what a person is meant to read is given as text.
 * Where it was thrown matters of other errors alone. Such an Error may be anybody's: Node-RED gets one that can be read.
 */
function plainly(error: Error): Error | string {
  if (error instanceof UserError) return error.message;
  try {
    const { name, message, stack, code } = error as Error & { code?: unknown };
    const plain = new Error(message);
    const fields = { name, stack: stack ?? message };
    return Object.assign(plain, fields, typeof code === 'string' || typeof code === 'number' ? { code } : {});
  } catch {
    return shorten(error);
  }
}

/** What Node-RED's types leave out: where a node's wires lead, and the nodes that wait for its end of each message. */
interface NodeInside {
  id: string;
  wires?: readonly (readonly string[])[];
  _flow?: { completeNodeMap?: Record<string, unknown> };
}

/** Whether a message that a node sends is copied: all wires but the first get a copy. */
function isCopied(node: Node): boolean {
  let wires = 0;
  for (const output of (node as unknown as NodeInside).wires ?? []) wires += output.length;
  return wires > 1;
}

function isAwaited(node: Node): boolean {
  const { _flow: flow, id } = node as unknown as NodeInside;
  return flow?.completeNodeMap?.[id] !== undefined;
}

function idOf(message: NodeMessage): NodeMessage {
  try {
    const { _msgid } = message;
    return typeof _msgid === 'string' ? { _msgid } : {};
  } catch {
    return {};
  }
}

/** As NodeLifecycle.onClose, for the config nodes: their users tell what is wrong with them, and have the status. */
export function onClose(
  node: Node,
  translate: Translate,
  close: (removed: boolean) => Promise<void> | void,
): void {
  node.on('close', (removed: boolean, done: () => void) => {
    const end = async (): Promise<void> => close(removed);
    end()
      .catch((thrown: unknown) => node.error(localizeError(toError(thrown), translate).message))
      .finally(done);
  });
}
