import type { ConfirmSetting } from '../config';

/** A node of the active flows, as far as its wires and links go. */
export interface FlowNode {
  id: string;
  type: string;
  /** the tab or subflow that it is on */
  z?: string;
  /** switched off by the user; the whole tab in `disabled` */
  d?: boolean;
  disabled?: boolean;
  wires?: string[][];
  [property: string]: unknown;
}

/** Who confirms the records of a consumer, and what says so. */
export interface ConfirmPolicy {
  by: 'flow' | 'handed-on';
  /** the mongo-sink or the way back that was found, or the setting */
  because: 'mongo-sink' | 'way-back' | 'nothing-confirms' | 'setting';
}

/** One end of a subflow's inside, as its definition lists them. */
interface SubflowPort {
  wires?: { id: string; port?: number }[];
}

/**
 * Who confirms by this setting. "automatic" follows the wires from the consumer's first output, through link nodes, link
 * calls, subflows and Complete nodes: a mongo-sink that confirms, or a way back to the consumer's own input, means that
 * the flow does.
 * @param consumer the id that the node has in the flows: inside a subflow the one of its template
 * @param instance the subflow instance that the consumer is in, if any
 * @param nodes everything in the active flows
 */
export function confirmPolicy(
  setting: ConfirmSetting,
  consumer: string,
  instance: string | undefined,
  nodes: readonly FlowNode[],
): ConfirmPolicy {
  if (setting !== 'automatic') return { by: setting, because: 'setting' };
  return new Walk(consumer, instance, nodes).policy();
}

class Walk {
  private readonly byId: Map<string, FlowNode>;
  private readonly off: Set<string>;
  private readonly completes: FlowNode[];
  private readonly seen = new Set<string>();
  private readonly waiting: string[] = [];
  /** link calls and subflow instances that were entered: what they enclose comes out of them again */
  private readonly calls: FlowNode[] = [];
  private readonly instances: FlowNode[] = [];
  private returns = false;

  constructor(
    private readonly consumer: string,
    instance: string | undefined,
    nodes: readonly FlowNode[],
  ) {
    this.byId = new Map(nodes.map((node) => [node.id, node]));
    this.off = new Set(
      nodes.filter(({ d, disabled }) => d === true || disabled === true).map(({ id }) => id),
    );
    this.completes = nodes.filter(({ type }) => type === 'complete');
    const template = this.byId.get(consumer)?.z;
    const around = nodes.filter(
      ({ id, type }) => type === `subflow:${template}` && (!this.byId.has(instance ?? '') || id === instance),
    );
    this.instances.push(...around);
  }

  policy(): ConfirmPolicy {
    const from = this.byId.get(this.consumer);
    if (from) this.leave(from, 0);
    for (let id = this.waiting.pop(); id !== undefined; id = this.waiting.pop()) {
      const node = this.byId.get(id);
      if (!node || this.off.has(id) || this.off.has(node.z ?? '')) continue;
      // The input of any consumer takes the confirmations of all.
      if (node.type === 'kafka-consumer') return { by: 'flow', because: 'way-back' };
      if (node.type === 'mongo-sink' && node.confirm === true) return { by: 'flow', because: 'mongo-sink' };
      this.pass(node);
    }
    return { by: 'handed-on', because: 'nothing-confirms' };
  }

  private enter(id: string): void {
    if (this.seen.has(id)) return;
    this.seen.add(id);
    this.waiting.push(id);
  }

  private pass(node: FlowNode): void {
    for (const complete of this.completes) {
      if (!this.off.has(complete.id) && listOf(complete.scope).includes(node.id)) this.enter(complete.id);
    }
    if (node.type === 'link out') this.passLinkOut(node);
    else if (node.type === 'link call') this.passLinkCall(node);
    else if (node.type.startsWith('subflow:')) this.passSubflow(node);
    else this.leave(node);
  }

  private passLinkOut(node: FlowNode): void {
    if (node.mode !== 'return') {
      for (const id of listOf(node.links)) this.enter(id);
      return;
    }
    this.returns = true;
    for (const call of this.calls) this.leave(call);
  }

  private passLinkCall(node: FlowNode): void {
    this.calls.push(node);
    // Where a dynamic call goes to is known only when it is made: it may well come back.
    if (this.returns || node.linkType === 'dynamic') this.leave(node);
    for (const id of listOf(node.links)) this.enter(id);
  }

  private passSubflow(instance: FlowNode): void {
    const template = this.byId.get(instance.type.slice('subflow:'.length));
    if (!template) return;
    this.instances.push(instance);
    // The inside may have been walked for another instance: what it has reached comes out of this one as well.
    portsOf(template.out).forEach((port, index) => {
      const reached = port.wires?.some(({ id }) => id === template.id || this.seen.has(id));
      if (reached) for (const id of instance.wires?.[index] ?? []) this.enter(id);
    });
    for (const { id } of portsOf(template.in)[0]?.wires ?? []) if (id !== template.id) this.enter(id);
  }

  /** Goes on along a node's wires, and out of the subflow where the node is wired to its end. */
  private leave(node: FlowNode, port?: number): void {
    (node.wires ?? []).forEach((wires, index) => {
      if (port === undefined || index === port) for (const id of wires) this.enter(id);
    });
    const template = this.byId.get(node.z ?? '');
    if (template?.type !== 'subflow') return;
    portsOf(template.out).forEach((out, index) => {
      const leads = out.wires?.some(
        (end) => end.id === node.id && (port === undefined || (end.port ?? 0) === port),
      );
      if (!leads) return;
      for (const instance of this.instances) {
        if (instance.type === `subflow:${template.id}`)
          for (const id of instance.wires?.[index] ?? []) this.enter(id);
      }
    });
  }
}

function portsOf(value: unknown): SubflowPort[] {
  return Array.isArray(value) ? (value as SubflowPort[]) : [];
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : [];
}
