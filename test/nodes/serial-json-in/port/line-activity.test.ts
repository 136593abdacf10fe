import assert from 'node:assert/strict';
import { LineActivity } from '../../../../nodes/serial-json-in/port/line-activity';

const OPENED = 1_000_000;
const NO_END = { ended: false, begun: true };
const ENDED = { ended: true, begun: false };

describe('what arrives at an open port', () => {
  let activity: LineActivity;

  beforeEach(() => {
    activity = new LineActivity();
    activity.opened(OPENED);
  });

  const after = (seconds: number) => activity.at(OPENED + seconds * 1000);
  const write = (text: string | Buffer, how: typeof NO_END, seconds: number) =>
    activity.bytes(Buffer.from(text as string), how, OPENED + seconds * 1000);

  it('is nothing yet, ten seconds after the opening', () => {
    assert.deepEqual(after(9), { kind: 'readings' });
    assert.deepEqual(after(10), { kind: 'silent', since: OPENED, ever: false });
  });

  it('is nothing any more, a minute after the last byte', () => {
    write('{"nodo":"a"}\n', ENDED, 5);
    activity.reading();
    assert.deepEqual(after(64), { kind: 'readings' });
    assert.deepEqual(after(65), { kind: 'silent', since: OPENED + 5000, ever: true });
  });

  it('is bytes without a line end', () => {
    for (let second = 1; second < 20; second++) write('{"nodo":"ñandú"}', NO_END, second);
    assert.deepEqual(after(10), { kind: 'readings' });
    assert.deepEqual(after(20), { kind: 'no-line-end' });
    write('\n', ENDED, 21);
    assert.deepEqual(after(21), { kind: 'readings' });
  });

  it('is bytes that are no text, with or without line ends', () => {
    const noise = Buffer.from([0, 0x80, 0xe0, 0xf8, 0x78, 0x1e, 0x66, 0xfe]);
    for (let second = 1; second < 20; second++) write(noise, NO_END, second);
    assert.deepEqual(after(20), { kind: 'not-text' });
    activity.opened(OPENED);
    write(noise, ENDED, 1);
    for (let line = 0; line < 3; line++) activity.rejected('not-utf8');
    assert.deepEqual(after(2), { kind: 'not-text' });
  });

  it('is lines of which none is a reading, until one is', () => {
    write('hello\n', ENDED, 1);
    activity.rejected('not-json');
    activity.rejected('no-nodo');
    assert.deepEqual(after(2), { kind: 'readings' });
    activity.rejected('not-json');
    assert.deepEqual(after(2), { kind: 'refused', reason: 'not-json', lines: 3 });
    activity.reading();
    assert.deepEqual(after(2), { kind: 'readings' });
  });

  it('is in order where the board says that its sensor does not answer', () => {
    write('Error\n', ENDED, 1);
    for (let line = 0; line < 5; line++) activity.rejected('sensor-error');
    assert.deepEqual(after(2), { kind: 'readings' });
  });
});
