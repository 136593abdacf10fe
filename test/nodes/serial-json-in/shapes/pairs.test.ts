import assert from 'node:assert/strict';
import type { SerialJsonInDef } from '../../../../nodes/serial-json-in/types';
import { toldOf } from '../lines/told';

const PAIRS: Partial<SerialJsonInDef> = { shape: 'pairs', defaultNode: 'd' };
const GOOD = ['temp:23.5,hum:60', 'temp:23.6,hum:61'];
const READ = [
  { nodo: 'd', temp: 23.5, hum: 60 },
  { nodo: 'd', temp: 23.6, hum: 61 },
];

/** As boards print them, with their own program's lines left out. */
const SYSTEM_LOGS = {
  'an ESP8266 that starts': [
    'ets Jan  8 2013,rst cause:2, boot mode:(3,6)',
    'load 0x4010f000, len 3460, room 16 ',
    'tail 4',
    'chksum 0xcc',
    'csum 0xc9',
    'v00070c20',
    '~ld',
  ],
  'an ESP32 that starts': [
    'ets Jul 29 2019 12:21:46',
    'ESP-ROM:esp32s3-20210327',
    'Build:Mar 27 2021',
    'rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)',
    'configsip: 0, SPIWP:0xee',
    'clk_drv:0x00,q_drv:0x00,d_drv:0x00,cs0_drv:0x00,hd_drv:0x00,wp_drv:0x00',
    'mode:DIO, clock div:1',
    'load:0x3fff0030,len:1184',
    'entry 0x400805e4',
    'I (27) boot: ESP-IDF v4.4 2nd stage bootloader',
    'I (312) heap: 123456',
  ],
  'an ESP32 that has crashed': [
    "Guru Meditation Error: Core  1 panic'ed (LoadProhibited). Exception was unhandled.",
    'Core  1 register dump:',
    'PC      : 0x400d1234  PS      : 0x00060830  A0      : 0x800d1f2c  A1      : 0x3ffb1f90  ',
    'EXCVADDR: 0x00000000  LBEG    : 0x4000c46c  LEND    : 0x4000c477  LCOUNT  : 0x00000000  ',
    'MEPC    : 0x4200a1b2  RA      : 0x4200a1a0  SP      : 0x3fc91230  GP      : 0x3fc8b000  ',
    'Backtrace: 0x400d1231:0x3ffb1f90 0x400d1f29:0x3ffb1fb0',
    'ELF file SHA256: 0000000000000000',
    'Rebooting...',
  ],
  'an ESP8266 that has crashed': [
    'Exception (28):',
    'epc1=0x40201fcb epc2=0x00000000 epc3=0x00000000 excvaddr=0x00000000 depc=0x00000000',
    '>>>stack>>>',
    'ctx: cont',
    'sp: 3ffffdc0 end: 3fffffc0 offset: 01a0',
    '3ffffdc0:  3fffff00 00000001 3ffee5a8 402012b4  ',
    '<<<stack<<<',
  ],
  'MicroPython that has failed': [
    'MPY: soft reboot',
    'Traceback (most recent call last):',
    '  File "main.py", line 5, in <module>',
    'OSError: [Errno 5] EIO',
  ],
  'a program that names how serious it is': ['WARNING: low battery', 'Debug: state=idle'],
};

describe('names with values', () => {
  for (const [board, lines] of Object.entries(SYSTEM_LOGS)) {
    it(`are not what ${board} prints`, () => {
      assert.deepEqual(toldOf([...lines, ...GOOD], PAIRS), [...lines.map(() => 'system-log'), ...READ]);
    });
  }

  it('are the error of a controller, and not that of a sensor', () => {
    assert.deepEqual(toldOf(['Error:0.5,Output:20', 'PIDError: -1', 'Error: checksum', 'Error'], PAIRS), [
      { nodo: 'd', Error: 0.5, Output: 20 },
      { nodo: 'd', PIDError: -1 },
      'sensor-error',
      'sensor-error',
    ]);
  });

  for (const [what, lines, expected] of [
    [
      'refuse a damaged digit, and a number that has become two',
      [...GOOD, 'temp:2s.6,hum:61', 'temp:23.6,hum:6q', 'temp:23.6,hum:6%', 'temp:1 13.25,hum:60', ...GOOD],
      [...READ, ...Array<string>(4).fill('doubtful'), ...READ],
    ],
    [
      'tell a line that was cut and run together with the next one',
      [...GOOD, 'temp:23.6,hum:6temp:23.7,hum:62', 'temp:2temp:23.7,hum:62', ...GOOD],
      [...READ, 'restarted', 'restarted', ...READ],
    ],
    [
      'are nulls where a sensor gives no value, whatever stands beside it',
      ['Humidity: nan%  Temperature: nan°C nan°F  Heat index: nan°C nan°F'],
      [{ nodo: 'd', Humidity: null, Temperature: null, 'Heat index': null }],
    ],
    [
      'take a unit right behind a number that is one',
      ['a:23.5C b:60% c:1013hPa d:25cm e:3.3V f:450ppm g:26.00*C h:5m/s i:12us j:5m3 k:23.5℃ l:4.7kΩ'],
      [
        {
          nodo: 'd',
          a: 23.5,
          b: 60,
          c: 1013,
          d: 25,
          e: 3.3,
          f: 450,
          g: 26,
          h: 5,
          i: 12,
          j: 5,
          k: 23.5,
          l: 4.7,
        },
      ],
    ],
    [
      'leave a text what may be a damaged digit, thousands of something, or several numbers',
      ['a:6x', 'b:3.3k', 'c:0.1 0.2 9.8', 'd:1 013.25 hPa', 'e:12E4', 'f:1.5e3', 'g:2e-5'],
      [
        { nodo: 'd', a: '6x' },
        { nodo: 'd', b: '3.3k' },
        { nodo: 'd', c: '0.1 0.2 9.8' },
        { nodo: 'd', d: '1 013.25 hPa' },
        { nodo: 'd', e: '12E4' },
        { nodo: 'd', f: 1500 },
        { nodo: 'd', g: 0.00002 },
      ],
    ],
    [
      'keep the numbers of tags, with and without letters',
      ['uid:12345678', 'uid:12345678', 'uid:04A2B3C4', 'uid:12E45678'],
      [
        { nodo: 'd', uid: 12345678 },
        { nodo: 'd', uid: 12345678 },
        { nodo: 'd', uid: '04A2B3C4' },
        { nodo: 'd', uid: '12E45678' },
      ],
    ],
    [
      'find no name in a time or an address, and one in a number before a value',
      ['12:03:05 temp:23', '10:30', '3c:71:bf:00:00:01', '1:23.5,2:24', '5V:4.98', '1:open'],
      [
        'not-pairs',
        'not-pairs',
        'not-pairs',
        { nodo: 'd', 1: 23.5, 2: 24 },
        { nodo: 'd', '5V': 4.98 },
        { nodo: 'd', 1: 'open' },
      ],
    ],
  ] as [string, string[], unknown[]][]) {
    it(what, () => assert.deepEqual(toldOf(lines, PAIRS), expected));
  }
});

describe('the name of a node', () => {
  it('is in doubt where another one stands in the same object, or where it has what no name has', () => {
    const lines = [
      '{"nodo":"a","t":1,"h":60,"nodo":"b","t":2}',
      '{"nodo":"a\u007f","t":1}',
      '{"nodo":"a","t\ufffd":1}',
      '{"nodo":"a","note":"\ufffd"}',
    ];
    assert.deepEqual(toldOf(lines), [
      'restarted',
      'control-character',
      'control-character',
      { nodo: 'a', note: '\ufffd' },
    ]);
  });
});

describe('the comma of a number', () => {
  const json = (value: string) => `{"nodo":"a","t":${value}}`;
  const settings: Partial<SerialJsonInDef> = { textNumbers: true };

  it('is in doubt before three digits, until another number tells what this board means by it', () => {
    const lines = ['1,234', '0,125', '1,234', '-12,500'];
    assert.deepEqual(toldOf(lines.map(json)), [
      'not-json',
      { nodo: 'a', t: 0.125 },
      { nodo: 'a', t: 1.234 },
      { nodo: 'a', t: -12.5 },
    ]);
    assert.deepEqual(toldOf(['1,234', '1,234.5', '1,234'].map(json)), [
      'not-json',
      { nodo: 'a', t: 1234.5 },
      { nodo: 'a', t: 1234 },
    ]);
    assert.deepEqual(toldOf(['23,5', '1,234,567', '1,234'].map(json)).at(-1), 'not-json');
  });

  it('is in doubt in columns and names with values, too, and in a text stays as it is', () => {
    const pairs = toldOf(['p:1,234 hPa', 'p:1013,25 hPa', 'p:1,234 hPa'], PAIRS);
    assert.deepEqual(pairs, ['doubtful', { nodo: 'd', p: 1013.25 }, { nodo: 'd', p: 1.234 }]);
    assert.deepEqual(
      toldOf(['23,125;60', '23,5;60', '23,125;60'], { ...PAIRS, shape: 'csv', columns: 't, h' }),
      ['doubtful', { nodo: 'd', t: 23.5, h: 60 }, { nodo: 'd', t: 23.125, h: 60 }],
    );
    assert.deepEqual(toldOf(['"1,234"', '"12,5"', '"1,234"', '"6p"', '"12E4"'].map(json), settings), [
      { nodo: 'a', t: '1,234' },
      { nodo: 'a', t: 12.5 },
      { nodo: 'a', t: 1.234 },
      { nodo: 'a', t: '6p' },
      { nodo: 'a', t: '12E4' },
    ]);
  });
});
