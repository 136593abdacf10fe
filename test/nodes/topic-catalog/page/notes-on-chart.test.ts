import assert from 'node:assert/strict';
import type uPlot from 'uplot';
import type { Note } from '../../../../nodes/topic-catalog/contract';
import { drawNotes } from '../../../../nodes/topic-catalog/page/parts/notes-on-chart';

interface Written {
  text: string;
  left: number;
  right: number;
}

const WIDTH = 1_000;
/** As wide as every letter of this plot is. */
const LETTER = 10;

/** @returns what is written on a plot from 0 to 1000 s that is 1000 pixels wide, with the room that it takes */
function written(notes: readonly [text: string, from: number, to?: number][], textPx?: number): Written[] {
  const found: Written[] = [];
  let box: number[] = [];
  const ctx = {
    ...Object.fromEntries(
      ['save', 'restore', 'beginPath', 'moveTo', 'lineTo', 'stroke'].map((name) => [name, () => undefined]),
    ),
    measureText: (text: string) => ({ width: LETTER * Array.from(text).length }),
    fillRect: (...rect: number[]) => (box = rect),
    fillText: (text: string) => found.unshift({ text, left: box[0]!, right: box[0]! + box[2]! }),
  };
  const plot = {
    ctx,
    bbox: { left: 0, top: 0, width: WIDTH, height: 300 },
    valToPos: (time: number) => time,
  };
  const all = notes.map(([text, from, to]): Note => ({
    id: text,
    nodo: 'n',
    text,
    from: from * 1_000,
    to: to === undefined ? null : to * 1_000,
    written: 0,
  }));
  drawNotes(plot as unknown as uPlot, all, { ink: 'black', paper: 'white', textPx });
  return found;
}

describe('notes on a chart', () => {
  before(() => Object.assign(globalThis, { devicePixelRatio: 1 }));
  after(() => Reflect.deleteProperty(globalThis, 'devicePixelRatio'));

  it('have the numbers of the list below', () => {
    const said = written([
      ['rain', 800],
      ['repair', 100, 300],
    ]).map(({ text }) => text);
    assert.deepEqual(said, ['2', '1']);
  });

  it('have their texts where there is no list, each up to the next one and none over the edge', () => {
    const said = written(
      [
        ['the very last one', 980],
        ['a second\none', 400],
        ['a first one that is too long', 100],
      ],
      12,
    );
    assert.deepEqual(
      said.map(({ text }) => text),
      ['a first one that is too long', 'a second one', 'the very last one'],
    );
    for (const [index, { left, right }] of said.entries()) {
      assert.ok(right <= WIDTH, `${right}`);
      assert.ok(left >= (said[index - 1]?.right ?? 0), `${left}`);
    }
  });

  it('are cut between letters as a person sees them, and left out where only a letter or two had room', () => {
    const family = '👨‍👩‍👧';
    const said = written(
      [
        ['none here', 300],
        [`ab${family} and much more than there is room for`, 130],
        ['nor here', 110],
      ],
      12,
    );
    assert.equal(said.length, 2, JSON.stringify(said));
    assert.match(said[0]!.text, new RegExp(`^ab${family}.*…$`, 'u'));
    assert.ok(said[0]!.right <= 300);
    assert.equal(said[1]!.text, 'none here');
    assert.deepEqual(
      written([['x'.repeat(500), 0]], 12).map(({ right }) => right <= 0.6 * WIDTH),
      [true],
    );
  });

  it('say nothing of what lies outside', () => {
    assert.deepEqual(
      written(
        [
          ['before', -200, -100],
          ['after', 1_200],
        ],
        12,
      ),
      [],
    );
  });
});
