import assert from 'node:assert/strict';
import { LineActivity, type Activity } from '../../../../nodes/serial-json-in/port/line-activity';
import { SerialReader } from '../../../../nodes/serial-json-in/port/serial-reader';
import { rulesOf } from '../lines/rules';

const RATES = [300, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 74880, 115200, 230400, 250000];
const LINE =
  '{"nodo":"comuna_15","humedad":60,"temperatura":26,"sensacion":26.92732,"radiacion":1997.07}\r\n';
const LINES = 15;

/** What a receiver of one rate makes of a line that was sent at another: it samples each bit in its middle, 8-N-1. */
function heard(sentAt: number, receivedAt: number): Buffer {
  const bits = [...Buffer.from(LINE)].flatMap((byte) => [
    0,
    ...Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1),
    1,
  ]);
  const level = (seconds: number): number => bits[Math.floor(seconds * sentAt)] ?? 1;
  const bytes: number[] = [];
  for (let bit = 0; bit < bits.length; bit++) {
    const isEdge = bits[bit] === 0 && (bit === 0 || bits[bit - 1] === 1);
    if (!isEdge) continue;
    const begun = bit / sentAt;
    let byte = 0;
    for (let i = 0; i < 8; i++) byte |= level(begun + (1.5 + i) / receivedAt) << i;
    bytes.push(byte);
    // The next edge counts that comes behind the middle of the stop bit.
    bit = Math.max(bit, Math.ceil((begun + 9.5 / receivedAt) * sentAt) - 1);
  }
  return Buffer.from(bytes);
}

/** What the status is told after a quarter of a minute, and how many readings were taken for such. */
function receive(sentAt: number, receivedAt: number): { readings: number; activity: Activity } {
  const activity = new LineActivity();
  let readings = 0;
  const reader = new SerialReader(
    {
      port: '/dev/ttyACM0',
      maxLineLength: 4096,
      rules: rulesOf(),
      clock: () => ({ fecha: '2021-11-20', hora: '15:04:05' }),
      explain: (reason) => reason,
    },
    {
      reading: () => {
        readings += 1;
        activity.reading();
      },
      rejected: ({ error }) => activity.rejected(error.reason),
    },
  );
  activity.opened(0);
  const bytes = heard(sentAt, receivedAt);
  for (let second = 1; second <= LINES; second++) {
    activity.bytes(bytes, reader.bytes(bytes), second * 1000);
  }
  return { readings, activity: activity.at((LINES + 1) * 1000) };
}

describe('a port that is opened at another rate than the board sends at', () => {
  it('gives no readings, and is told as no text, at each pair of the usual rates', () => {
    for (const sentAt of RATES) {
      for (const receivedAt of RATES) {
        const { readings, activity } = receive(sentAt, receivedAt);
        const pair = `sent at ${sentAt}, received at ${receivedAt}`;
        if (sentAt === receivedAt) {
          assert.equal(readings, LINES, pair);
          assert.equal(activity.kind, 'readings', pair);
        } else {
          assert.equal(readings, 0, pair);
          assert.equal(activity.kind, 'not-text', pair);
        }
      }
    }
  });
});
