import assert from 'node:assert/strict';
import { Double, Long, ObjectId, Timestamp } from 'mongodb';
import { drawnNumber, stateOf } from '../../../nodes/shared/drawn-number';
import { numberOf } from '../../../nodes/shared/stored-reading';
import { variablesIn } from '../../../nodes/shared/variables';
import { sentValuesOf, variablesOf } from '../../../nodes/topic-catalog/values';

describe('what a chart draws', () => {
  it('is a number, also one in a text, with a point or a comma, and true and false as 1 and 0', () => {
    const drawn = ['23.50', ' -4', '2,5', '1e3', '.5', '5.', true, false, 7].map(drawnNumber);
    assert.deepEqual(drawn, [23.5, -4, 2.5, 1000, 0.5, 5, 1, 0, 7]);
    assert.deepEqual([Long.fromNumber(5), new Double(2.5)].map(numberOf), [5, 2.5]);
  });

  it('is a number also where its thousands are parted, as different languages do it', () => {
    const grouped = [
      '1.234,5',
      '1,234.5',
      '-1.234.567,25',
      ' 1 234,5',
      "1'234.5",
      '1\u202f234,5\r\n',
      '\u22124,5',
    ];
    assert.deepEqual(
      grouped.map(drawnNumber),
      [1_234.5, 1_234.5, -1_234_567.25, 1_234.5, 1_234.5, 1_234.5, -4.5],
    );
    const others = [
      '192.168.100.200',
      '1.234.567',
      '312 555 123',
      '1.23,4',
      '1.234,567.8',
      '1234 567,8',
      '1,234,',
    ];
    assert.deepEqual(
      others.map(drawnNumber),
      others.map(() => null),
    );
  });

  it('is nothing of another text, of no answer, and of no number', () => {
    const others = [
      'OK',
      '',
      ' ',
      '1.2.3',
      '0x10',
      'Infinity',
      '1 V',
      '9'.repeat(100),
      NaN,
      null,
      undefined,
      {},
    ];
    assert.deepEqual(
      others.map(drawnNumber),
      others.map(() => null),
    );
    assert.deepEqual(['OK', '23.5', true, null].map(stateOf), ['OK', null, null, null]);
  });
});

describe('the variables of a reading', () => {
  it('inside objects and arrays have their path as their name', () => {
    const reading = {
      nodo: 'a',
      ts: new Date(),
      sensor: { temp: 20, hum: { rel: 60 } },
      gps: [-76.5, 3.4],
      t: 1,
    };
    assert.deepEqual(Object.fromEntries(variablesIn(reading)), {
      'sensor.temp': 20,
      'sensor.hum.rel': 60,
      'gps.0': -76.5,
      'gps.1': 3.4,
      t: 1,
    });
  });

  it('are numbers as Extended JSON writes them, and one text where there is nothing to go into', () => {
    const id = new ObjectId();
    const values = variablesOf({
      t: { $numberDecimal: '20.5' },
      nada: {},
      lista: [],
      id,
      cuando: new Date(0),
    });
    assert.equal(drawnNumber(values.t), 20.5);
    assert.deepEqual([values.nada, values.lista, values.id], ['{}', '[]', `"${id.toHexString()}"`]);
  });

  it('are sent as they are stored, where that is asked: all digits of an integer, all blanks of a text', () => {
    const stored = {
      contador: Long.fromString('9007199254740993'),
      bajo: Long.fromString('-9223372036854775808'),
      pequeño: Long.fromNumber(5),
      texto: '  T:  21,5\r\n\tH: 60 ',
    };
    assert.deepEqual(sentValuesOf(stored), {
      contador: '9007199254740993',
      bajo: '-9223372036854775808',
      pequeño: 5,
      texto: '  T:  21,5\r\n\tH: 60 ',
    });
  });

  it('are no number where they are a time of the database’s own kind', () => {
    const reloj = new Timestamp({ t: 1_700_000_000, i: 1 });
    assert.equal(numberOf(reloj), null);
    assert.deepEqual(
      [variablesOf({ reloj }), sentValuesOf({ reloj })].map(({ reloj }) => typeof reloj),
      ['string', 'string'],
    );
  });

  it('end at a depth and at a number, whatever a reading is made of', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 5_000; level++) deep = [deep];
    assert.equal(variablesIn({ deep }).length, 1);
    const wide = Array.from({ length: 300 }, () => Array.from({ length: 300 }, (_, n) => n));
    assert.equal(variablesIn({ wide }).length, 200);
  });
});
