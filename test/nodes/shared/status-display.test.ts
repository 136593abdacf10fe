import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { NodeStatus } from 'node-red';
import { StatusDisplay } from '../../../nodes/shared/status-display';

describe('a status in the editor', () => {
  let shown: (string | undefined)[];
  let display: StatusDisplay;
  const text = (value: string): NodeStatus => ({ fill: 'green', shape: 'dot', text: value });

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    shown = [];
    display = new StatusDisplay((status) => shown.push((status as { text?: string }).text));
  });

  afterEach(() => {
    display.close();
    mock.timers.reset();
  });

  it('is shown at once when nothing was shown lately', () => {
    display.set(text('a'));
    assert.deepEqual(shown, ['a']);
  });

  it('is shown at most four times a second, and the latest always is', () => {
    for (let i = 0; i < 100; i++) {
      display.set(text(`n${i}`));
      mock.timers.tick(10);
    }
    mock.timers.tick(250);
    assert.ok(shown.length <= 6, `${shown.length} shown`);
    assert.equal(shown.at(-1), 'n99');
  });

  it('is not shown again while it stays the same', () => {
    display.set(text('a'));
    mock.timers.tick(300);
    display.set(text('a'));
    mock.timers.tick(300);
    display.set(text('b'));
    assert.deepEqual(shown, ['a', 'b']);
  });

  it('is not shown any more after the node has closed', () => {
    display.set(text('a'));
    display.set(text('b'));
    display.close();
    mock.timers.tick(1_000);
    assert.deepEqual(shown, ['a']);
  });
});
