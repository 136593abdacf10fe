import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { mergeFlows } from '../../stack/node-red/flows';
import { ROOT } from '../../stack/paths';
import { canvasOf, cross, overlap, runsThrough } from '../support/canvas';
import { readFlow } from '../support/flow-settings';

/** What stands together on one tab. */
const TABS = [
  ['flows/edge.json', 'flows/edge-status.json'],
  ['flows/server.json'],
  ['flows/dashboard-2.json'],
  ...readdirSync(path.join(ROOT, 'examples')).map((file) => [`examples/${file}`]),
];

for (const files of TABS) {
  describe(`${files.join(' and ')} on the canvas`, () => {
    const { boxes, wires } = canvasOf(mergeFlows(files.map(readFlow)));

    it('has no two nodes, labels and buttons one over the other', () => {
      const pairs = boxes.flatMap((box, i) => boxes.slice(i + 1).map((other) => [box, other] as const));
      assert.deepEqual(
        pairs
          .filter(([box, other]) => overlap(box, other))
          .map(([box, other]) => `${box.name}, ${other.name}`),
        [],
      );
    });

    it('has wires that lead from left to right, and through no node', () => {
      assert.deepEqual(wires.filter(({ from, to }) => from.right >= to.left).map(nameOf), []);
      const through = wires.flatMap((wire) =>
        boxes.filter((box) => runsThrough(wire, box)).map((box) => `${nameOf(wire)} through ${box.name}`),
      );
      assert.deepEqual(through, []);
    });

    it('has no two wires that cross', () => {
      const crossing = wires.flatMap((wire, i) =>
        wires
          .slice(i + 1)
          .filter((other) => cross(wire, other))
          .map((other) => `${nameOf(wire)}, ${nameOf(other)}`),
      );
      assert.deepEqual(crossing, []);
    });
  });
}

function nameOf({ from, to }: { from: { name: string }; to: { name: string } }): string {
  return `from ${from.name} to ${to.name}`;
}
