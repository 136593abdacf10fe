import assert from 'node:assert/strict';
import type { SerialJsonInDef } from '../../../../nodes/serial-json-in/types';
import { toldOf } from '../lines/told';

const FIXED: Partial<SerialJsonInDef> = { shape: 'csv', columns: 't, h', defaultNode: 'd' };
const NAMED: Partial<SerialJsonInDef> = { shape: 'csv', defaultNode: 'd' };
const GOOD = ['23.5,60', '23.6,61'];
const READ = [
  { nodo: 'd', t: 23.5, h: 60 },
  { nodo: 'd', t: 23.6, h: 61 },
];

describe('columns', () => {
  it('make no reading of a line of which one digit has lost or got a bit', () => {
    const line = '23.65,61';
    for (let at = 0; at < line.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const bytes = Buffer.from(line);
        bytes[at]! ^= 1 << bit;
        const isOtherNumber = /^[\d.,+-]+$/.test(bytes.toString('latin1'));
        // What is a number again, or ends a line, or puts a space around one, nothing but a checksum finds.
        if (isOtherNumber || [0x0a, 0x0d, 0x20, 0x09].includes(bytes[at]!)) continue;
        for (const told of toldOf([...GOOD, bytes, ...GOOD], FIXED).slice(2, -2))
          assert.equal(typeof told, 'string', JSON.stringify([bytes.toString('latin1'), told]));
      }
    }
  });

  for (const [what, lines, expected, settings] of [
    [
      'refuse a number that became a word with digits, and a unit that was not there',
      [...GOOD, '23.6,6p', '2p.6,60', '23.6,6%', '23.523.6,60', '2 3.6,60', '23.7,62'],
      [...READ, ...Array<string>(5).fill('doubtful'), { nodo: 'd', t: 23.7, h: 62 }],
      FIXED,
    ],
    [
      'keep a number whose unit is known, and take another unit for a doubt',
      ['23.5C,60%', '23.6C,61%', '74.3F,60%', '23.7,60%', '23.7C,62%'],
      [...READ, 'doubtful', 'doubtful', { nodo: 'd', t: 23.7, h: 62 }],
      FIXED,
    ],
    [
      'have units of their own at each node',
      ['a,23.5C', 'b,74.3F', 'a,23.6C', 'b,74.4F', 'a,23.7C', 'b,74.5F', 'a,74.3F'],
      [
        ...[23.5, 23.6, 23.7].flatMap((t, i) => [
          { nodo: 'a', t },
          { nodo: 'b', t: [74.3, 74.4, 74.5][i] },
        ]),
        'doubtful',
      ],
      { shape: 'csv', columns: 'nodo, t' },
    ],
    [
      'forget a first line that was damaged',
      ['23.5,6%', ...GOOD, '23.7,62'],
      [{ nodo: 'd', t: 23.5, h: 6 }, ...READ, { nodo: 'd', t: 23.7, h: 62 }],
      FIXED,
    ],
    [
      'take no log for values because its words are as many',
      [
        'Hello, world',
        'WiFi connected',
        'heap 12345',
        ...GOOD,
        'WiFi ok',
        'heap 12345',
        'wifi,lost',
        ...GOOD,
      ],
      ['columns', 'columns', 'columns', ...READ, 'columns', 'columns', 'columns', ...READ],
      FIXED,
    ],
    [
      'keep words where words have stood, also with spaces between the columns',
      ['a 23.5 dry', 'a 23.6 wet', 'b nan dry', 'WiFi connected ok', 'RSSI -60 dBm'],
      [
        { nodo: 'a', t: 23.5, s: 'dry' },
        { nodo: 'a', t: 23.6, s: 'wet' },
        { nodo: 'b', t: null, s: 'dry' },
        'columns',
        { nodo: 'RSSI', t: -60, s: 'dBm' },
      ],
      { shape: 'csv', columns: 'nodo, t, s' },
    ],
    [
      'keep their names where a log comes that looks like others',
      ['t,h', ...GOOD, 'Battery: low, retrying', 'WiFi lost, reconnecting', 'wifi,lost', ...GOOD],
      [...READ, 'columns', 'columns', 'columns', ...READ],
      NAMED,
    ],
    [
      'take names of another number as soon as such values come',
      ['t,h', ...GOOD, 'a,b,c', '1,2,3', '23.5,60'],
      [...READ, { nodo: 'd', a: 1, b: 2, c: 3 }, 'columns'],
      NAMED,
    ],
    [
      'take no line for other names that has nothing in common with theirs',
      ['t,h', ...GOOD, 'p,q', ...GOOD, 'T,q', '1,2'],
      [...READ, 'columns', ...READ, { nodo: 'd', T: 1, q: 2 }],
      NAMED,
    ],
    [
      'go back to their names, and tell the line that was taken for others',
      ['t,h', ...GOOD, 'Hello,big,world', ...GOOD],
      [...READ, 'columns', ...READ],
      NAMED,
    ],
    [
      'may be called Error, as a controller does, also when the board prints their names again',
      ['Setpoint,Error', '1,2', '3,4', 'Setpoint,Error', '5,6'],
      [
        { nodo: 'd', Setpoint: 1, Error: 2 },
        { nodo: 'd', Setpoint: 3, Error: 4 },
        { nodo: 'd', Setpoint: 5, Error: 6 },
      ],
      NAMED,
    ],
    [
      'refuse control characters, and text in UTF-16',
      [
        ...GOOD,
        '23\u00005,60',
        '\u001123.6,61',
        '23.6,6\u0011',
        '23.6,6\u0011\r',
        '\u000223.5,60\u0003',
        '\u000023.6,61\u0000\r',
        ...Buffer.from('23.5,60', 'utf16le').toString('latin1').split('\n'),
        '23.5,6\ufffd',
      ],
      [
        ...READ,
        ...Array<string>(4).fill('control-character'),
        ...READ,
        'control-character',
        'control-character',
      ],
      FIXED,
    ],
    [
      'know the log of an ESP32 between the values, and its crash',
      ['load:0x3fff0030,len:1184', 't,h', ...GOOD, 'mode:DIO, clock div:1', 'I (312) wifi: up, ok', ...GOOD],
      ['system-log', ...READ, 'system-log', 'system-log', ...READ],
      NAMED,
    ],
  ] as [string, (string | Buffer)[], unknown[], Partial<SerialJsonInDef>][]) {
    it(what, () => assert.deepEqual(toldOf(lines, settings), expected));
  }
});
