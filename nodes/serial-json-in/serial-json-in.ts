import type { Node, NodeAPI } from 'node-red';
import { NodeLifecycle } from '../shared/node-lifecycle';
import { nameUnnamed } from '../shared/node-name';
import { isObject } from '../shared/reading';
import { localizeError, translator } from '../shared/translate';
import { toError } from '../shared/user-error';
import { readCommand } from './commands';
import { readConfig } from './config';
import { explainer } from './explain';
import { listPorts } from './port/list-ports';
import { previewOf } from './preview';
import { SerialSource } from './serial-source';
import { summaryText, statusOf } from './status';
import type { SerialJsonInDef } from './types';

export = function registerSerialJsonIn(RED: NodeAPI): void {
  const t = translator(RED);

  function SerialJsonIn(this: Node, def: SerialJsonInDef): void {
    RED.nodes.createNode(this, def);
    nameUnnamed(RED, this, def.path);
    NodeLifecycle.start(RED, this, t, (life) => run(this, life, def));
  }

  function run(node: Node, life: NodeLifecycle, def: SerialJsonInDef): void {
    const source = new SerialSource(readConfig(def), node.name ?? node.id, explainer(t), {
      reading: (message) => {
        life.measures.count('serial_readings_total');
        life.send([message, null]);
      },
      rejected: (message) => {
        life.measures.count('serial_rejected_lines_total', 1, { reason: message.error.reason });
        life.send([null, message]);
      },
      state: (state) => life.show(statusOf(state, t)),
      problem: (error) => life.report(error),
      summary: (summary, last) => node.warn(summaryText(summary, last, t)),
    });
    // Not before: a reading sent while the flow's other nodes do not exist yet would reach none of them.
    life.onFlowsStarted((_event, first) => first && source.start());
    life.onInput((message, _send, done) => {
      const command = readCommand(message);
      const run = command.action === 'write' ? source.write(command.bytes) : source[command.action]();
      run.then(
        () => done(),
        (error: unknown) => done(toError(error)),
      );
    });
    life.onClose(() => source.close());
  }

  RED.nodes.registerType('serial-json-in', SerialJsonIn);

  RED.httpAdmin.get(
    '/serial-json-in/ports',
    RED.auth.needsPermission('serial-json-in.read'),
    (_request, response) => {
      void listPorts().then((ports) => response.json(ports));
    },
  );

  RED.httpAdmin.post(
    '/serial-json-in/preview',
    RED.auth.needsPermission('serial-json-in.read'),
    (request, response) => {
      const asked: unknown = request.body;
      if (!isPreviewRequest(asked)) {
        response.status(400).json({ message: 'expected {settings, text} as JSON' });
        return;
      }
      try {
        response.json(previewOf(asked.settings, asked.text, explainer(t)));
      } catch (thrown) {
        response.status(422).json({ message: localizeError(toError(thrown), t).message });
      }
    },
  );
};

function isPreviewRequest(value: unknown): value is { settings: Partial<SerialJsonInDef>; text: string } {
  const { settings, text } = (value ?? {}) as { settings?: unknown; text?: unknown };
  return typeof text === 'string' && isObject(settings);
}
