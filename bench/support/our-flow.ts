import { configNodes, consumer, producer, sink } from '../../test/faults/support/our-flows';
import { tab, type FlowNode, type Overrides, type Place } from '../../test/faults/support/flow';

/** Feeds its readings into the node with this id. */
export function feed(next: string): FlowNode {
  return { id: 'feed', type: 'bench-feed', wires: [[next]] };
}

/** feed -> kafka-producer, with the settings of a newly dragged node save these. */
export function producerFlow(place: Place, overrides: Overrides): FlowNode[] {
  return [
    ...configNodes(place),
    ...tab('edge', [feed('producer'), producer(place, { topic: '', wires: [[]], ...overrides })]),
  ];
}

/** kafka-consumer -> mongo-sink. */
export function sinkFlow(place: Place, overrides: Overrides): FlowNode[] {
  return [
    ...configNodes(place),
    ...tab('server', [
      consumer(place, 'sink', { wires: [['sink'], []], ...overrides }),
      sink({ wires: [[], []] }),
    ]),
  ];
}

/** Both in one. */
export function pipelineFlow(place: Place, overrides: Overrides): FlowNode[] {
  return [
    ...configNodes(place),
    ...tab('all', [
      feed('producer'),
      producer(place, { wires: [[]] }),
      consumer(place, 'sink', { wires: [['sink'], []], ...overrides }),
      sink({ wires: [[], []] }),
    ]),
  ];
}
