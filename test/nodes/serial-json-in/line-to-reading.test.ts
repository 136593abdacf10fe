import assert from 'node:assert/strict';
import { lineToReading } from '../../../nodes/serial-json-in/line-to-reading';

const ARRIVED = { fecha: '2021-11-20', hora: '15:04:05' };

function read(line: string | Buffer): unknown {
  return lineToReading(Buffer.from(line as string), ARRIVED);
}

describe('lineToReading', () => {
  it('adds fecha and hora to what the board sent', () => {
    assert.deepEqual(
      read('{"nodo":"comuna_15","humedad":60,"temperatura":26,"sensacion":26.92732,"radiacion":1997.07}'),
      {
        kind: 'reading',
        reading: {
          nodo: 'comuna_15',
          humedad: 60,
          temperatura: 26,
          sensacion: 26.92732,
          radiacion: 1997.07,
          ...ARRIVED,
        },
      },
    );
  });

  it('keeps numbers however they are written, and the nulls of a silent sensor', () => {
    assert.deepEqual(read('{"nodo":"n","humedad":60.00,"temperatura":-1.5e1,"sensacion":null}'), {
      kind: 'reading',
      reading: { nodo: 'n', humedad: 60, temperatura: -15, sensacion: null, ...ARRIVED },
    });
  });

  it('puts its own time in place of a time that the board sent', () => {
    assert.deepEqual(read('{"nodo":"n","fecha":"1970-01-01","hora":"00:00:00"}'), {
      kind: 'reading',
      reading: { nodo: 'n', ...ARRIVED },
    });
  });

  for (const [reason, line] of [
    ['sensor-error', 'Error'],
    ['not-json', '{"nodo":"n","humedad":nan}'],
    ['not-json', '"nodo":"n","humedad":60}'],
    ['not-json', ' '],
    ['not-object', '[1,2]'],
    ['not-object', 'null'],
    ['not-object', '60'],
    ['no-nodo', '{"humedad":60}'],
    ['no-nodo', '{"nodo":""}'],
    ['no-nodo', '{"nodo":15}'],
  ] as const) {
    it(`says ${reason} of ${JSON.stringify(line)}`, () => {
      assert.deepEqual(read(line), { kind: 'rejected', reason, line });
    });
  }

  it('says not-utf8 of bytes that a wrong baud rate makes, and keeps them', () => {
    const bytes = Buffer.from('{"nodo":"\xff\xfe"}', 'latin1');
    assert.deepEqual(read(bytes), { kind: 'rejected', reason: 'not-utf8', line: bytes });
  });
});
