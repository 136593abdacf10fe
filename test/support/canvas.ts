import type { FlowNode } from '../../stack/node-red/flows';
import { dialogOf, textsIn } from './dialogs';

/** A node as the editor draws it, in pixels of the canvas, with the button that some have beside them. */
export interface Box {
  id: string;
  name: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

interface Point {
  x: number;
  y: number;
}

/** A wire as a line through many points, from its output to its input. */
export interface Wire {
  from: Box;
  to: Box;
  points: readonly Point[];
}

const OURS = [
  'serial-json-in',
  'kafka-producer',
  'kafka-consumer',
  'mongo-sink',
  'topic-catalog',
  'ui_serial_kafka_mongo',
  'ui-serial-kafka-mongo',
];
const LANGUAGES = ['en-US', 'es'];
const LEAST_WIDTH = 100;
const HEIGHT = 30;
const HEIGHT_OF_OUTPUT = 15;
const BETWEEN_OUTPUTS = 13;
const ICON_AND_MARGINS = 57;
const BUTTON = 28;
/** Of the editor's font at 14 px; a little more than its letters take on average. */
const LETTER = 7;
const WIDE_LETTER = 10;
const WIDE = /[A-Z${}_@→↻]/;
/** How far a wire leaves an output straight on, at most. */
const BEND = 75;
const STEPS = 40;

/** What the editor draws of a flow: its boxes and its wires, their widths estimated from the labels. */
export function canvasOf(nodes: readonly FlowNode[]): { boxes: Box[]; wires: Wire[] } {
  const drawn = nodes.filter(({ x, y }) => typeof x === 'number' && typeof y === 'number');
  const boxes = new Map(drawn.map((node) => [node.id, boxOf(node)]));
  const wires = drawn.flatMap((node) =>
    outputsOf(node).flatMap((targets, output, all) =>
      targets.map((id) =>
        wireBetween(
          node,
          output,
          all.length,
          drawn.find((other) => other.id === id)!,
        ),
      ),
    ),
  );
  return {
    boxes: drawn.map((node) => withButton(node, boxes.get(node.id)!)),
    wires: wires.map(({ from, to, points }) => ({ from: boxes.get(from)!, to: boxes.get(to)!, points })),
  };
}

/** @returns whether two boxes share a part of the canvas */
export function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** @returns whether a wire runs through a box that it neither leaves nor reaches */
export function runsThrough({ from, to, points }: Wire, box: Box): boolean {
  if (box.id === from.id || box.id === to.id) return false;
  return points.some(({ x, y }) => x > box.left && x < box.right && y > box.top && y < box.bottom);
}

/** @returns whether two wires cross; to begin or end together is no crossing */
export function cross(a: Wire, b: Wire): boolean {
  return segments(a).some(([p, q]) =>
    segments(b).some(([r, s]) => side(p, q, r) * side(p, q, s) < 0 && side(r, s, p) * side(r, s, q) < 0),
  );
}

function segments({ points }: Wire): [Point, Point][] {
  return points.slice(1).map((point, i) => [points[i]!, point]);
}

/** On which side of the line from p to q the point r lies: the sign says it. */
function side(p: Point, q: Point, r: Point): number {
  return (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
}

function boxOf(node: FlowNode): Box {
  const { x, y } = node as FlowNode & Point;
  const bare = node.type.startsWith('link ') && node.l !== true;
  const width = bare
    ? HEIGHT
    : Math.max(LEAST_WIDTH, 20 * Math.ceil((textWidth(labelOf(node)) + ICON_AND_MARGINS) / 20));
  const height = Math.max(HEIGHT, HEIGHT_OF_OUTPUT * outputsOf(node).length);
  return {
    id: node.id,
    name: `${node.type} "${labelOf(node)}"`,
    left: x - width / 2,
    right: x + width / 2,
    top: y - height / 2,
    bottom: y + height / 2,
  };
}

function withButton({ type }: FlowNode, box: Box): Box {
  if (type === 'inject') return { ...box, left: box.left - BUTTON };
  if (type === 'debug') return { ...box, right: box.right + BUTTON };
  return box;
}

function labelOf(node: FlowNode): string {
  if (OURS.includes(node.type)) return longestLabel(node);
  const { name, label, repeat } = node as FlowNode & Partial<Record<'name' | 'label' | 'repeat', string>>;
  return `${[name, label].find((text) => text) ?? node.type}${repeat ? ' ↻' : ''}`;
}

/** Of the languages that the editor may speak, the one that needs the most room. */
function longestLabel(node: FlowNode): string {
  const labels = LANGUAGES.map((language) =>
    dialogOf(node.type).label.call({ ...node, _: textsIn(language, node.type) }),
  );
  return labels.reduce((longest, label) => (textWidth(label) > textWidth(longest) ? label : longest));
}

function textWidth(text: string): number {
  return [...text].reduce((sum, letter) => sum + (WIDE.test(letter) ? WIDE_LETTER : LETTER), 0);
}

/** What is wired to each output, those without a wire too. */
function outputsOf({ type, wires = [] }: FlowNode): string[][] {
  const wired = wires as string[][];
  const outputs = OURS.includes(type) ? (dialogOf(type).outputs ?? 0) : wired.length;
  return Array.from({ length: outputs }, (_, output) => wired[output] ?? []);
}

function wireBetween(node: FlowNode, output: number, outputs: number, target: FlowNode) {
  const [source, end] = [boxOf(node), boxOf(target)];
  const y = (node.y as number) + (output - (outputs - 1) / 2) * BETWEEN_OUTPUTS;
  const from = { x: source.right, y };
  const to = { x: end.left, y: target.y as number };
  const bend = Math.min(BEND, 0.75 * Math.hypot(to.x - from.x, to.y - from.y));
  const points = Array.from({ length: STEPS + 1 }, (_, step) => curve(from, to, bend, step / STEPS));
  return { from: node.id, to: target.id, points };
}

/** A cubic Bézier curve that leaves and arrives level. https://en.wikipedia.org/wiki/B%C3%A9zier_curve#Cubic_B%C3%A9zier_curves */
function curve(from: Point, to: Point, bend: number, t: number): Point {
  const weights = [(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t ** 2, t ** 3] as const;
  const mix = (a: number, b: number, c: number, d: number): number =>
    a * weights[0] + b * weights[1] + c * weights[2] + d * weights[3];
  return { x: mix(from.x, from.x + bend, to.x - bend, to.x), y: mix(from.y, from.y, to.y, to.y) };
}
