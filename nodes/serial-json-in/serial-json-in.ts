import type { Node, NodeAPI, NodeStatus } from 'node-red';
import { timeOfDay } from '../shared/clock';
import { onceFlowsStarted } from '../shared/flows-started';
import { StatusDisplay } from '../shared/status-display';
import { localizeError, translator, type Translate } from '../shared/translate';
import { toError } from '../shared/user-error';
import { readConfig } from './config';
import { listPorts } from './list-ports';
import { SerialSource, type SourceState } from './serial-source';
import type { SerialJsonInDef } from './types';

export = function registerSerialJsonIn(RED: NodeAPI): void {
  const t = translator(RED);

  function SerialJsonIn(this: Node, def: SerialJsonInDef): void {
    RED.nodes.createNode(this, def);
    const status = new StatusDisplay((shown) => this.status(shown));
    // With a message, if an empty one: without, no Catch node gets the error.
    const report = (error: Error) => this.error(localizeError(error, t), {});
    let source: SerialSource | undefined;

    // Not before: a reading sent while the flow's other nodes do not exist yet would reach none of them.
    const stopWaiting = onceFlowsStarted(RED.events, () => {
      try {
        source = new SerialSource(
          readConfig(def),
          this.name || this.id,
          (reason, details) => t(`serial-json-in.reasons.${reason}`, details),
          {
            reading: (message) => this.send([message, null]),
            rejected: (message) => this.send([null, message]),
            state: (state) => status.set(statusOf(state, t)),
            problem: report,
          },
        );
        source.start();
      } catch (thrown) {
        report(toError(thrown));
        status.set({ fill: 'red', shape: 'ring', text: t('serial-json-in.status.error') });
      }
    });

    this.on('close', (done: (error?: Error) => void) => {
      stopWaiting();
      status.close();
      (source?.close() ?? Promise.resolve()).then(() => done(), done);
    });
  }

  RED.nodes.registerType('serial-json-in', SerialJsonIn);

  RED.httpAdmin.get(
    '/serial-json-in/ports',
    RED.auth.needsPermission('serial-json-in.read'),
    (_request, response) => {
      listPorts().then(
        (ports) => response.json(ports),
        (thrown: unknown) => response.status(500).json({ message: toError(thrown).message }),
      );
    },
  );
};

/** @returns the status; a Status node passes on the time of the next attempt too, in milliseconds since 1970 */
function statusOf(state: SourceState, t: Translate): NodeStatus & { nextAttempt?: number } {
  switch (state.state) {
    case 'opening':
      return { fill: 'yellow', shape: 'ring', text: t('serial-json-in.status.opening') };
    case 'connected': {
      const { rejected } = state;
      const text = t(`serial-json-in.status.${rejected ? 'rejected' : 'connected'}`, { lines: rejected });
      return { fill: 'green', shape: 'dot', text };
    }
    case 'lost':
      return { fill: 'yellow', shape: 'ring', text: t('serial-json-in.status.lost') };
    case 'waiting': {
      const { nextAttempt } = state;
      const text = t('serial-json-in.status.waiting', { time: timeOfDay(nextAttempt) });
      return { fill: 'yellow', shape: 'ring', text, nextAttempt };
    }
    case 'taken':
      return { fill: 'red', shape: 'ring', text: t('serial-json-in.status.taken') };
  }
}
