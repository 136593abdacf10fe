import type { EventEmitter } from 'node:events';

/** @param event what Node-RED tells of the start: of a deploy also its `config` and `diff` */
type Listener = (event: unknown) => void;

/** All nodes share one listener of Node-RED's: Node.js takes more than ten for a leak and warns. */
const shared = new WeakMap<EventEmitter, Set<Listener>>();

/**
 * Calls back each time Node-RED has started its flows: at its start and after each deploy. Only then do all nodes exist;
 * a message or status that is sent earlier may reach none of them.
 * @param events `RED.events`
 * @returns ends it
 */
export function onFlowsStarted(events: EventEmitter, listener: Listener): () => void {
  const listeners = shared.get(events) ?? listenTo(events);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** As `onFlowsStarted`, the next time alone. */
export function onceFlowsStarted(events: EventEmitter, listener: () => void): () => void {
  const end = onFlowsStarted(events, () => {
    end();
    listener();
  });
  return end;
}

function listenTo(events: EventEmitter): Set<Listener> {
  const listeners = new Set<Listener>();
  shared.set(events, listeners);
  events.on('flows:started', (event: unknown) => {
    for (const listener of Array.from(listeners)) if (listeners.has(listener)) listener(event);
  });
  return listeners;
}
