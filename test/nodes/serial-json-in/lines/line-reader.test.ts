import assert from 'node:assert/strict';
import { LineReader, type LineContent } from '../../../../nodes/serial-json-in/lines/line-reader';
import type { SerialJsonInDef } from '../../../../nodes/serial-json-in/types';
import { withChecksum } from '../../../../nodes/serial-json-in/lines/checksum';
import { rulesOf } from './rules';
import { rawLine } from '../../../support/raw-line';

const ARRIVED = { fecha: '2021-11-20', hora: '15:04:05' };
const NOW = Date.UTC(2021, 10, 20, 20, 4, 5);

function contentsOf(
  line: string | Buffer,
  settings: Partial<SerialJsonInDef> = {},
  first = false,
): LineContent[] {
  const reader = new LineReader(rulesOf(settings), () => ARRIVED);

  return reader.read(rawLine(line), first, NOW);
}

/** What a line's readings are, and what is said of its other parts. */
function told(line: string | Buffer, settings: Partial<SerialJsonInDef> = {}, first = false): unknown[] {
  return contentsOf(line, settings, first).map((content) => {
    if (content.kind === 'rejected') return [content.reason, content.line];
    const { fecha, hora, ...values } = content.reading;
    assert.deepEqual({ fecha, hora }, ARRIVED);
    return values;
  });
}

function repairsOf(line: string): string[][] {
  return contentsOf(line).flatMap((content) =>
    content.kind === 'reading'
      ? content.repairs.map(({ field, found, problem }) => [field, found, problem])
      : [['rejected']],
  );
}

describe('LineReader', () => {
  it('adds fecha and hora to what the board sent', () => {
    const line =
      '{"nodo":"comuna_15","humedad":60,"temperatura":26,"sensacion":26.92732,"radiacion":1997.07}';
    assert.deepEqual(contentsOf(line), [
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
        repairs: [],
      },
    ]);
  });

  it('keeps numbers however they are written, and the nulls of a silent sensor', () => {
    assert.deepEqual(told('{"nodo":"n","humedad":60.00,"temperatura":-1.5e1,"sensacion":null}'), [
      { nodo: 'n', humedad: 60, temperatura: -15, sensacion: null },
    ]);
  });

  it('puts its own time in place of a time that the board sent', () => {
    assert.deepEqual(told('{"nodo":"n","fecha":"1970-01-01","hora":"00:00:00"}'), [{ nodo: 'n' }]);
  });

  for (const [reason, line] of [
    ['sensor-error', 'Error'],
    ['sensor-error', 'Error: checksum'],
    ['not-json', 'Errors'],
    ['not-json', '"nodo":"n","humedad":60}'],
    ['not-json', '{"nodo":"n","humedad":60} OK'],
    ['not-json', '{"nodo":"n","humedad":60}A7B3'],
    ['not-json', '12:03 wifi up'],
    ['not-object', '[1,2]'],
    ['not-object', 'null'],
    ['not-object', '60'],
    ['no-nodo', '{"humedad":60}'],
    ['no-nodo', '{"nodo":""}'],
    ['no-nodo', '{"nodo":null}'],
    ['checksum', '{"nodo":"n","humedad":60}*0000'],
    ['checksum', '{"nodo":"n","humedad":60}*00'],
  ] as const) {
    it(`says ${reason} of ${JSON.stringify(line)}`, () => {
      assert.deepEqual(told(line), [[reason, line]]);
    });
  }

  it('says not-utf8 of bytes that a wrong baud rate makes, and keeps them', () => {
    const bytes = Buffer.from('{"nodo":"\xff\xfe"}', 'latin1');
    assert.deepEqual(told(bytes), [['not-utf8', bytes]]);
  });

  it('says other-encoding of text that is not in UTF-8, which byte it is, and keeps all', () => {
    for (const [line, params] of [
      ['{"nodo":"a","u":"\xb0C","t":1}', { byte: '0xB0', position: 18, letter: '°' }],
      ['I (312) m\xf3dulo: se\xf1al\r', { byte: '0xF3', position: 10, letter: 'ó' }],
    ] as const) {
      const bytes = Buffer.from(line, 'latin1');
      assert.deepEqual(told(bytes), [['other-encoding', bytes]]);
      const [content] = contentsOf(bytes);
      assert.deepEqual(content?.kind === 'rejected' && content.params, params);
    }
    const brokenOff = Buffer.from('{"nodo":"esp","n":\xff', 'latin1');
    assert.deepEqual(told(brokenOff), [['not-utf8', brokenOff]]);
    const noise = Buffer.from([0x78, 0xe0, 0xf8, 0x78, 0xfe, 0xe6, 0x7e, 0xe0, 0x66]);
    assert.deepEqual(told(noise), [['not-utf8', noise]]);
  });

  it('leaves out what is blank', () => {
    for (const line of [' ', '\t\r', '\u0000']) assert.deepEqual(told(line), []);
  });

  it('takes each of several objects in one line, and of an array', () => {
    const both = [{ nodo: 'a', n: 1 }, { nodo: 'b' }];
    assert.deepEqual(told('{"nodo":"a","n":1}{"nodo":"b"}'), both);
    assert.deepEqual(told('{"nodo":"a","n":1}, {"nodo":"b"}'), both);
    assert.deepEqual(told('[{"nodo":"a","n":1},{"nodo":"b"}]'), both);
    assert.deepEqual(told(',{"nodo":"a","n":1};{"nodo":"b"};'), both);
    assert.deepEqual(told('{"nodo":"a","n":1} /* and */ {"nodo":"b"} // done'), both);
  });

  it('leaves out what stands around a line and says nothing', () => {
    const line = '{"nodo":"a"}';
    const title = '\u001b]0;🐍Wi-Fi: off | code.py | 9.0.0\u001b\\';
    for (const around of [
      '\u0000',
      '\u0011',
      '\ufeff',
      '\u0002',
      '\t ',
      '\u00a0',
      '\u001b[0;32m',
      '\u001b(B',
      '\u001b7',
      '\u001b]2;code.py\u0007',
      title,
    ]) {
      assert.deepEqual(told(`${around}${line}${around}`), [{ nodo: 'a' }], JSON.stringify(around));
    }
  });

  it('takes the whole reading that a board prints after a reset in the middle of a line', () => {
    const line = '{"nodo":"esp","n":7}';
    for (const noise of ['', '\u0000', '5']) {
      assert.deepEqual(told(`{"nodo":"esp","n":${noise}${line}`), [
        ['restarted', `{"nodo":"esp","n":${noise}`.replace('\u0000', '')],
        { nodo: 'esp', n: 7 },
      ]);
    }
    const start = Buffer.from('{"nodo":"esp","n":\xff\x00\xfc', 'latin1');
    assert.deepEqual(told(Buffer.concat([start, Buffer.from(line)])), [
      ['not-utf8', start],
      { nodo: 'esp', n: 7 },
    ]);
    assert.deepEqual(told(`DATA: ${line}`), [['not-json', 'DATA:'], { nodo: 'esp', n: 7 }]);
    assert.deepEqual(told(`ets Jul 29 ${line}`), [['not-json', 'ets Jul 29'], { nodo: 'esp', n: 7 }]);
    for (const label of ['[12:00:01]', '[INFO] ->', 'Message arrived [sensors/a]:', 'I (312) app:']) {
      assert.deepEqual(told(`${label} ${line}`), [['not-json', label], { nodo: 'esp', n: 7 }]);
      assert.deepEqual(told(`${label} ${line}`, { ignore: label }), [{ nodo: 'esp', n: 7 }]);
    }
  });

  it('takes no object inside of a broken one for a reading', () => {
    for (const line of [
      '{"nodo":"a","meta":{"nodo":"b","t":1}',
      '{"nodo":"a","meta" {"nodo":"b","t":1}}',
      '"nodo":"a","meta":{"nodo":"b","t":1}}',
      '[{"nodo":"a","t":1},{"nodo":"b","t":1}',
      '"s":[1,2],"meta":{"nodo":"b","t":1}}',
      '1,2],[{"nodo":"b","t":1}]',
    ]) {
      assert.deepEqual(
        contentsOf(line).map(({ kind }) => kind),
        ['rejected'],
        line,
      );
    }
  });

  it('reads a line of the longest length made of braces in no time', () => {
    for (const piece of ['{', '{"a":', 'x{', '{/*', '{/**/', '{//']) {
      const since = performance.now();
      contentsOf(piece.repeat(Math.floor((1024 * 1024) / piece.length)));
      assert.ok(performance.now() - since < 2000, piece);
    }
  });

  it('refuses what nests too deeply to be cloned, or is too wide', () => {
    const deep = `{"nodo":"a","d":${'['.repeat(1900)}${']'.repeat(1900)}}`;
    const wide = JSON.stringify({
      nodo: 'a',
      ...Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`v${i}`, i])),
    });
    const bounds = [deep, wide, `{"nodo":"${'x'.repeat(257)}"}`, `{"nodo":"a","${'x'.repeat(257)}":1}`].map(
      (line) => {
        const [content] = contentsOf(line);
        return content?.kind === 'rejected' && [content.reason, content.params?.bound];
      },
    );
    assert.deepEqual(bounds, [
      ['too-large', 'depth'],
      ['too-large', 'fields'],
      ['too-large', 'nodo'],
      ['too-large', 'name'],
    ]);
  });

  it('of the first line after an opening tells what begins as a line does, and leaves the rest of one out', () => {
    assert.deepEqual(told('edad":60}', {}, true), []);
    assert.deepEqual(told(Buffer.from('\xff":60}', 'latin1'), {}, true), []);
    assert.deepEqual(told('{"nodo":"a","t":x}', {}, true), [['not-json', '{"nodo":"a","t":x}']]);
    assert.deepEqual(told('edad":60}{"nodo":"a"}', {}, true), [{ nodo: 'a' }]);
    assert.deepEqual(told('Error', {}, true), [['sensor-error', 'Error']]);
  });

  describe('with the values that sketches print in place of JSON', () => {
    for (const [line, value, repairs] of [
      ['{"nodo":"a","t":nan}', null, [['t', 'nan', 'no-number']]],
      ['{"nodo":"a","t":NaN}', null, [['t', 'NaN', 'no-number']]],
      ['{"nodo":"a","t":-inf}', null, [['t', '-inf', 'no-number']]],
      ['{"nodo":"a","t":ovf}', null, [['t', 'ovf', 'no-number']]],
      ['{"nodo":"a","t":.5}', 0.5, [['t', '.5', 'number-form']]],
      ['{"nodo":"a","t":5.}', 5, [['t', '5.', 'number-form']]],
      ['{"nodo":"a","t":007}', 7, [['t', '007', 'number-form']]],
      ['{"nodo":"a","t":+5}', 5, [['t', '+5', 'number-form']]],
      ['{"nodo":"a","t":0x1F}', 31, [['t', '0x1F', 'number-form']]],
      ['{"nodo":"a","t":-0xff}', -255, [['t', '-0xff', 'number-form']]],
      ['{"nodo":"a","t":1_000}', 1000, [['t', '1_000', 'number-form']]],
      ['{"nodo":"a","t":1,234.5}', 1234.5, [['t', '1,234.5', 'number-form']]],
      ['{"t":-1.234,5,"nodo":"a"}', -1234.5, [['t', '-1.234,5', 'number-form']]],
      ['{"nodo":"a","t":1,234,567}', 1234567, [['t', '1,234,567', 'number-form']]],
      ['{"nodo":"a","t":--}', null, [['t', '--', 'no-number']]],
      ['{"nodo":"a","t":N/A}', null, [['t', 'N/A', 'no-number']]],
      ['{"nodo":"a",/* °C */"t":1}', 1, [['', '/* °C */', 'comment']]],
      ['{\u00a0"nodo":\u00a0"a","t":1}', 1, []],
      ['{"nodo":"a","t":23,5}', 23.5, [['t', '23,5', 'number-form']]],
      ['{"t":-0,25,"nodo":"a"}', -0.25, [['t', '-0,25', 'number-form']]],
      ['{"nodo":"a","t":}', null, [['t', '', 'no-value']]],
      ['{"nodo":"a","t":1,}', 1, [['', ',}', 'trailing-comma']]],
      ['{"nodo":"a","t":True}', true, [['t', 'True', 'word']]],
      [
        "{'nodo':'a','t':1}",
        1,
        [
          ['', "'nodo'", 'quotes'],
          ['nodo', "'a'", 'quotes'],
          ['', "'t'", 'quotes'],
        ],
      ],
      [
        '{nodo:"a",t:1}',
        1,
        [
          ['nodo', 'nodo', 'quotes'],
          ['t', 't', 'quotes'],
        ],
      ],
      ['{"nodo":"a","t":1,año-2:1}', 1, [['año-2', 'año-2', 'quotes']]],
      ['{"nodo":"a","t":1e999}', null, [['t', '1e999', 'too-great']]],
      ['{"nodo":"a","t":1e-400}', 0, [['t', '1e-400', 'too-small']]],
      ['{"nodo":"a","t":-0.5E-0400}', -0, [['t', '-0.5E-0400', 'too-small']]],
      ['{"nodo":"a","t":1e-300}', 1e-300, []],
      ['{"nodo":"a","t":0e-400}', 0, []],
      ['{"nodo":"a","t":9007199254740993}', '9007199254740993', [['t', '9007199254740993', 'kept-as-text']]],
      ['{"nodo":"a","t":4294967295}', 4294967295, []],
      ['{"nodo":"a","t":1,"t":2}', 2, [['t', '1', 'repeated']]],
      ['{"nodo":"a","t":1,"t":1}', 1, []],
    ] as const) {
      it(`understands ${line}, and says what it repaired`, () => {
        const [content] = contentsOf(line);
        assert.ok(content?.kind === 'reading');
        assert.deepEqual([content.reading.nodo, content.reading.t], ['a', value]);
        assert.deepEqual(repairsOf(line), repairs);
      });
    }

    it('tells a number that is 0 only because of its many zeros', () => {
      const [content] = contentsOf(`{"nodo":"a","t":0.${'0'.repeat(330)}1}`);
      assert.ok(content?.kind === 'reading');
      assert.deepEqual([content.reading.t, content.repairs[0]?.problem], [0, 'too-small']);
    });

    it('refuses them where the setting says so, save for what JSON has', () => {
      for (const value of [
        'nan',
        '.5',
        '0x1F',
        '1_000',
        '1,234.5',
        '--',
        '/**/1',
        '007',
        '+5',
        '23,5',
        '1,',
        'True',
        "'x'",
        '',
      ]) {
        const line = `{"nodo":"a","t":${value}}`;
        assert.deepEqual(told(line, { numbers: 'strict' }), [['not-json', line]]);
      }
      assert.deepEqual(told('{"nodo":"a","t":1e999}', { numbers: 'strict' }), [{ nodo: 'a', t: null }]);
    });

    for (const [line, problem, at, found, field] of [
      ['{"nodo":"a","t":hot,"u":1}', 'value', 16, 'hot', 't'],
      ['{"nodo":"a","bme":{"t":[1,x]}}', 'value', 26, 'x', 'bme.t.1'],
      ['{"nodo":"a" "t":1}', 'comma', 12, '"t":1}', 'nodo'],
      ['{"nodo" "a"}', 'colon', 8, '"a"}', 'nodo'],
      ['{"nodo":"a",5:1}', 'key', 12, '5:1}', ''],
      ['{"nodo":"a\\x"}', 'escape', 10, '\\x"}', 'nodo'],
      ['{"nodo":"a\u0001"}', 'control-character', 10, '\u0001"}', 'nodo'],
      ['{"nodo":"a","t":1', 'unfinished', 17, '', 't'],
      ['{"nodo":"a"} OK', 'text-after', 13, 'OK', ''],
    ] as const) {
      it(`says where ${JSON.stringify(line)} is no JSON, in which field, and why`, () => {
        const [content] = contentsOf(line);
        assert.deepEqual(content?.kind === 'rejected' && content.error, { problem, at, found, field });
      });
    }
  });

  describe('with boards of other words', () => {
    for (const [line, settings, reading] of [
      ['{"id":"a","t":1}', { nodeField: 'nodo, id' }, { nodo: 'a', t: 1 }],
      ['{"id":7,"t":1}', { nodeField: 'id' }, { nodo: '7', t: 1 }],
      ['{"nodo":15,"t":1}', {}, { nodo: '15', t: 1 }],
      ['{"nodo":" a ","t":1}', {}, { nodo: 'a', t: 1 }],
      ['{"meta":{"id":"a","fw":2},"t":1}', { nodeField: 'meta.id' }, { nodo: 'a', meta: { fw: 2 }, t: 1 }],
      [
        '{"meta":{"id":"a","fw":2},"t":1}',
        { nodeField: 'meta.id', flatten: true },
        { nodo: 'a', 'meta.fw': 2, t: 1 },
      ],
      ['{"t":1}', { defaultNode: 'bench' }, { nodo: 'bench', t: 1 }],
      ['{"nodo":"a","t":1}', { defaultNode: 'bench' }, { nodo: 'a', t: 1 }],
      ['{"device":"a","t":1}', { rename: 'device = nodo' }, { nodo: 'a', t: 1 }],
      ['{"a":"b","n":5,"t":1}', { rename: 'a = name\nn = seq', nodeField: 'name' }, { nodo: 'b', t: 1 }],
      ['{"nodo":"a","Temp 1":1}', { rename: 'Temp 1 = temperatura' }, { nodo: 'a', temperatura: 1 }],
      ['{"nodo":"a","bme":{"t":1}}', { flatten: true, rename: 'bme.t = t' }, { nodo: 'a', t: 1 }],
      ['{"nodo":"a","s":[1,{"v":2}]}', { flatten: true }, { nodo: 'a', 's.0': 1, 's.1.v': 2 }],
      [
        '{"nodo":"12","t":"23.5 C","h":"60","p":"45%","w":"12,5","n":"nan","x":"10:30","hex":"3F2A","m":"dry"}',
        { textNumbers: true },
        { nodo: '12', t: 23.5, h: 60, p: 45, w: 12.5, n: null, x: '10:30', hex: '3F2A', m: 'dry' },
      ],
      [
        '{"nodo":"a","t":"23.5ºC","g":"9.8 m/s2","n":"nan °C","e":"","p":"1,234.5 hPa","q":"1.234,5","i":"info","ip":"192.168.100.100"}',
        { textNumbers: true },
        {
          nodo: 'a',
          t: 23.5,
          g: 9.8,
          n: null,
          e: null,
          p: 1234.5,
          q: 1234.5,
          i: 'info',
          ip: '192.168.100.100',
        },
      ],
    ] as const) {
      it(`makes ${JSON.stringify(reading)} of ${line} by ${JSON.stringify(settings)}`, () => {
        assert.deepEqual(told(line, settings), [reading]);
      });
    }

    for (const [own, time] of [
      [String(NOW / 1000), NOW],
      [String(NOW), NOW],
      [`${NOW}000`, NOW],
      ['"2021-11-20T15:04:05-05:00"', NOW],
      ['"2021-11-20 20:04:00Z"', NOW - 5000],
      ['0', undefined],
      [String(NOW / 1000 + 120), undefined],
      ['"soon"', undefined],
      ['null', undefined],
    ] as const) {
      it(`takes ${own} for ${time === undefined ? 'no time, and says so' : 'the time of the reading'}`, () => {
        const [content] = contentsOf(`{"nodo":"a","ts":${own}}`, { timeField: 'ts' });
        assert.ok(content?.kind === 'reading');
        assert.equal(content.time, time);
        assert.equal(content.reading.ts, undefined);
        assert.deepEqual(
          content.repairs.map(({ problem }) => problem),
          time === undefined ? ['time'] : [],
        );
      });
    }
  });

  describe('with rules for what is plausible', () => {
    const settings = { nodes: 'comuna_15, lab_*', variables: 'temperatura: -40..85\nhumedad: 0..\nled' };

    for (const [line, reason] of [
      ['{"nodo":"comuna_15","temperatura":85,"humedad":101,"led":true,"other":1}', undefined],
      ['{"nodo":"lab_3","temperatura":null}', undefined],
      ['{"nodo":"omuna_15","temperatura":20}', 'unknown-node'],
      ['{"nodo":"comuna_15","temperatura":85.1}', 'out-of-range'],
      ['{"nodo":"comuna_15","humedad":-1}', 'out-of-range'],
      ['{"nodo":"comuna_15","temperatura":"warm"}', 'out-of-range'],
    ] as const) {
      it(`${reason === undefined ? 'lets' : `says ${reason} of`} ${line}`, () => {
        const [content] = contentsOf(line, settings);
        assert.equal(content?.kind === 'rejected' ? content.reason : undefined, reason);
      });
    }

    for (const [line, settings, reason, params] of [
      ['{"nodo":"a_lab","t":1}', { nodes: '*_lab, b*d' }, undefined],
      ['{"nodo":"bcd","t":1}', { nodes: '*_lab, b*d' }, undefined],
      ['{"nodo":"c","t":1}', { nodes: '*_lab, b*d' }, 'unknown-node', { name: 'c' }],
      [
        '{"nodo":"a","t":"7"}',
        { variables: 't: 5..8' },
        'out-of-range',
        { name: 't', value: '"7"', range: '5..8' },
      ],
      ['{"nodo":"a","id":12345678901234567890}', { variables: 'id: 0..1e30' }, undefined],
      ['{"nodo":"a","id":12345678901234567890}', { variables: 'id: 0..9' }, 'out-of-range'],
      ['{"nodo":"a","bme":{"t":90}}', { variables: 'bme.t: 0..50' }, 'out-of-range'],
      ['{"nodo":"a","bme":{"t":40}}', { variables: 'bme.t: 0..50', onlyVariables: true }, undefined],
      [
        '{"nodo":"a","bme":{"t":40},"b":1}',
        { variables: 'bme.t: 0..50', onlyVariables: true },
        'unknown-variable',
      ],
    ] as [string, Partial<SerialJsonInDef>, string | undefined, object?][]) {
      it(`${reason === undefined ? 'lets' : `says ${reason} of`} ${line} by ${JSON.stringify(settings)}`, () => {
        const [content] = contentsOf(line, settings);
        const rejected = content?.kind === 'rejected' ? content : undefined;
        assert.equal(rejected?.reason, reason);
        if (params) assert.deepEqual(rejected?.params, params);
      });
    }

    it('refuses variables that it does not know where it is told to', () => {
      const [content] = contentsOf('{"nodo":"comuna_15","temperatura":20,"sensacin":21}', {
        ...settings,
        onlyVariables: true,
      });
      assert.deepEqual(content?.kind === 'rejected' && [content.reason, content.params?.name], [
        'unknown-variable',
        'sensacin',
      ]);
    });
  });

  describe('with lines of other shapes', () => {
    function toldOf(lines: string[], settings: Partial<SerialJsonInDef> = {}): unknown[] {
      const reader = new LineReader(rulesOf(settings), () => ARRIVED);
      return lines
        .flatMap((line) => reader.read(rawLine(line), false, NOW))
        .map((content) => {
          if (content.kind === 'rejected') return [content.reason, content.line];
          const { fecha, hora, ...values } = content.reading;
          assert.deepEqual({ fecha, hora }, ARRIVED);
          return values;
        });
    }

    it('puts an object together that is printed over several lines', () => {
      const lines = JSON.stringify({ nodo: 'a', bme: { t: 1 }, s: [1, 2] }, undefined, 2).split('\n');
      assert.deepEqual(toldOf([...lines, '{"nodo":"b"}']), [
        { nodo: 'a', bme: { t: 1 }, s: [1, 2] },
        { nodo: 'b' },
      ]);
      const array = JSON.stringify([{ nodo: 'a' }, { nodo: 'b' }], undefined, 2).split('\n');
      assert.deepEqual(toldOf(array), [{ nodo: 'a' }, { nodo: 'b' }]);
    });

    it('takes the next reading where such an object breaks off, and tells what had come of it', () => {
      assert.deepEqual(toldOf(['{', '"nodo":"a",', '{"nodo":"b"}', '{"nodo":"c"}']), [
        ['not-json', '{\n"nodo":"a",'],
        { nodo: 'b' },
        { nodo: 'c' },
      ]);
    });

    for (const [what, lines, expected, settings] of [
      [
        'lets a log between the lines of an object be a line of its own',
        ['{', '"nodo":"a",', 'I (312) wifi: up', '"t":1', '}'],
        [['not-json', 'I (312) wifi: up'], { nodo: 'a', t: 1 }],
      ],
      [
        'leaves such a log out where it is told to',
        ['[', '{"nodo":"a"},', 'I (312) wifi: up', '{"nodo":"b"}', ']'],
        [{ nodo: 'a' }, { nodo: 'b' }],
        { ignore: 'I (*' },
      ],
      [
        'begins anew where the board was reset in the middle of an object, with a log',
        ['{', '"nodo":"a",', '"t":', 'rst:0x1', '{', '"nodo":"a",', '"t":2', '}'],
        [['not-json', 'rst:0x1'], ['not-json', '{\n"nodo":"a",\n"t":'], { nodo: 'a', t: 2 }],
      ],
      [
        'begins anew where it was reset without a word',
        ['{', '"nodo":"a",', '"t":', '{', '"nodo":"a",', '"t":2', '}', '{', '"nodo":"a",', '"t":3', '}'],
        [['restarted', '{\n"nodo":"a",\n"t":'], { nodo: 'a', t: 2 }, { nodo: 'a', t: 3 }],
      ],
      [
        'keeps a list of objects whole',
        ['{"nodo":"a",', '"s":[', '{"v":1},', '{"v":2}', ']', '}'],
        [{ nodo: 'a', s: [{ v: 1 }, { v: 2 }] }],
      ],
      [
        'makes no other reading of an object of which a line was damaged',
        ['{', '"nodo":"a",', '"bme" {', '"t":1', '}', '}', '{"nodo":"b"}'],
        [
          ['not-json', '{\n"nodo":"a",'],
          ['not-json', '"bme" {'],
          ['not-json', '"t":1'],
          ['not-json', '}'],
          ['not-json', '}'],
          { nodo: 'b' },
        ],
      ],
      [
        'understands what stands in place of JSON there, too',
        ['{', '// of the lab', "'nodo': 'a',", 't: 23,5,', '"u": ,', '}'],
        [{ nodo: 'a', t: 23.5, u: null }],
      ],
    ] as [string, string[], unknown[], Partial<SerialJsonInDef>?][]) {
      it(what, () => assert.deepEqual(toldOf(lines, settings), expected));
    }

    it('waits for no end of a line that is damaged', () => {
      assert.deepEqual(toldOf(['{"nodo":"a","t":1', '{"nodo":"b"}']), [
        ['not-json', '{"nodo":"a","t":1'],
        { nodo: 'b' },
      ]);
    });

    it('keeps no more than a bound of an object that never ends', () => {
      const told = toldOf(['{', ...Array<string>(20_000).fill('"name":1,')]);
      assert.ok(told.length > 0);
    });

    it('reads columns by the names in the settings, and with any separator', () => {
      const settings = { shape: 'csv', columns: 'nodo, t, h' };
      assert.deepEqual(toldOf(['a,23.5,60', 'a;23,5;', 'a\tnan\t60 %', 'nodo,t,h', '23.5,60'], settings), [
        { nodo: 'a', t: 23.5, h: 60 },
        { nodo: 'a', t: 23.5, h: null },
        { nodo: 'a', t: null, h: 60 },
        ['columns', '23.5,60'],
      ]);
    });

    for (const [what, lines, expected, settings] of [
      [
        'knows the line of names again after a reset, and another one by its columns',
        ['t,h', '1,2', 't,h', '3,4', 't,h,p', '5,6,7', 't,g,p', '8,9,10'],
        [
          { t: 1, h: 2 },
          { t: 3, h: 4 },
          { t: 5, h: 6, p: 7 },
          { t: 8, g: 9, p: 10 },
        ],
      ],
      [
        'takes words for values where words have stood, and tells nothing lost',
        ['t,state', '1,dry', 'unplugged,dry', '2,wet'],
        [
          { t: 1, state: 'dry' },
          { t: 'unplugged', state: 'dry' },
          { t: 2, state: 'wet' },
        ],
      ],
      [
        "takes the words behind a node's name for values from the first line on",
        ['nodo,state', 'a,dry', 'b,wet'],
        [
          { nodo: 'a', state: 'dry' },
          { nodo: 'b', state: 'wet' },
        ],
      ],
      [
        "tells a board's greeting that looked like names",
        ['Hello, world', 't,h', '1,2'],
        [['columns', 'Hello, world'], { t: 1, h: 2 }],
      ],
      [
        'reads names in quotes, as a comment, with a comma behind the last',
        ['# "t","hum, rel",', '1,2,', '3,4'],
        [
          { t: 1, 'hum, rel': 2 },
          { t: 3, 'hum, rel': 4 },
        ],
      ],
      [
        'makes nothing of values before it knows their names',
        ['1,2', 'temp', '5'],
        [
          ['columns', '1,2'],
          ['columns', 'temp'],
          ['columns', '5'],
        ],
      ],
      [
        'leaves __proto__ alone',
        ['__proto__,constructor', '1,2', ',3'],
        [JSON.parse('{"__proto__":1,"constructor":2}'), JSON.parse('{"__proto__":null,"constructor":3}')],
      ],
      [
        "makes no node of the board's own line of names where the settings name the columns",
        ['# Nodo;T;H', 'Node;Temp;Hum', 'a;1;2', 'Node;Temp;Hum', 'b;3;4', 'c;warm;5'],
        [
          ['columns', 'Node;Temp;Hum'],
          { nodo: 'a', t: 1, h: 2 },
          { nodo: 'b', t: 3, h: 4 },
          { nodo: 'c', t: 'warm', h: 5 },
        ],
        { columns: 'nodo, t, h' },
      ],
      [
        'reads what stands in brackets, in single quotes, or is no value',
        ["('a', 1, 2)", '[b, 1, 2]', 'c,-,N/A', 'd,1_000,"1,234.5"'],
        [
          { nodo: 'a', t: 1, h: 2 },
          { nodo: 'b', t: 1, h: 2 },
          { nodo: 'c', t: null, h: null },
          { nodo: 'd', t: 1000, h: 1234.5 },
        ],
        { columns: 'nodo, t, h' },
      ],
    ] as [string, string[], Record<string, unknown>[], Partial<SerialJsonInDef>?][]) {
      it(what, () => {
        const read = toldOf(lines, { shape: 'csv', defaultNode: 'd', ...settings });
        assert.deepEqual(
          read,
          expected.map((one) => (Array.isArray(one) || 'nodo' in one ? one : { nodo: 'd', ...one })),
        );
      });
    }

    it('reads columns by the names that the board prints first', () => {
      const settings = { shape: 'csv', defaultNode: 'bench' };
      assert.deepEqual(toldOf(['1,2', 'temperatura,humedad', '23.5,60', 'a,b,c', '1,2,3'], settings), [
        ['columns', '1,2'],
        { nodo: 'bench', temperatura: 23.5, humedad: 60 },
        { nodo: 'bench', a: 1, b: 2, c: 3 },
      ]);
    });

    for (const [line, values] of [
      ['temp:23', { temp: 23 }],
      ['temp:23,hum:60', { temp: 23, hum: 60 }],
      ['temp: 23 hum = 60', { temp: 23, hum: 60 }],
      ['Humidity: 60.00 %\tTemperature: 26.00 *C', { Humidity: 60, Temperature: 26 }],
      ['state: very dry; t: nan', { state: 'very dry', t: null }],
      ['t:23,5', { t: 23.5 }],
      ['t:23,5,h:60,5', { t: 23.5, h: 60.5 }],
      ['temp=23&hum=60', { temp: 23, hum: 60 }],
      ['"t":1,{"h":"a"}', undefined],
      ['{"t":1,h:2}', { t: 1, h: 2 }],
      ['light level:50', { 'light level': 50 }],
      ['Light level:50 lux Heat index:26.5', { 'Light level': 50, 'Heat index': 26.5 }],
      ['Connecting to wifi: home', undefined],
      ['t:,h:60', { t: null, h: 60 }],
      ['t:-,h:--', { t: null, h: null }],
      ['t:1,OK', undefined],
      [
        'Humidity: 60.00%  Temperature: 26.00°C 78.80°F  Heat index: 26.55°C 79.79°F',
        { Humidity: 60, Temperature: 26, 'Heat index': 26.55 },
      ],
      [
        'Humidity: nan %\tTemperature: nan *C nan *F\tHeat index: nan *C',
        { Humidity: null, Temperature: null, 'Heat index': null },
      ],
      ['g: 9.8 m/s^2, pm: 12 µg/m3, t: 23,5 ºC', { g: 9.8, pm: 12, t: 23.5 }],
      ['ip:192.168.100.100,mode:info', { ip: '192.168.100.100', mode: 'info' }],
      ['__proto__:1', JSON.parse('{"__proto__":1}')],
    ] as [string, Record<string, unknown> | undefined][]) {
      it(`${values ? 'reads the names and values of' : 'finds none in'} ${JSON.stringify(line)}`, () => {
        const expected = values === undefined ? ['not-pairs', line] : { nodo: 'm', ...values };
        assert.deepEqual(toldOf([line], { shape: 'pairs', defaultNode: 'm' }), [expected]);
      });
    }

    it('reads columns with quotes, in which nothing separates, with bars, and with spaces where they are named', () => {
      const settings: Partial<SerialJsonInDef> = { shape: 'csv', columns: 'nodo, t, h' };
      const expected = [{ nodo: 'a, b', t: 23.5, h: 60 }];
      for (const line of [
        '"a, b",23.5,60',
        '"a, b", 23.5, 60',
        '"a, b";"23,5";60',
        ' "a, b" | 23,5 | 60',
        '"a, b" 23,5  60',
      ]) {
        assert.deepEqual(told(line, settings), expected, line);
      }
      assert.deepEqual(told('"the ""a""",1,2', settings), [{ nodo: 'the "a"', t: 1, h: 2 }]);
      assert.deepEqual(told('5" pipe,1,2', settings), [{ nodo: '5" pipe', t: 1, h: 2 }]);
      assert.deepEqual(told('"a,1,2', settings), [['columns', '"a,1,2']]);
      assert.deepEqual(told('DHT22 sensor test', { shape: 'csv' }), [['columns', 'DHT22 sensor test']]);
    });

    it('reads a long line made of quotes in no time', () => {
      const since = performance.now();
      const lines = ['"'.repeat(1_000_001), '"",'.repeat(300_000), `x${'"'.repeat(1_000_000)}`];
      for (const line of lines) told(line, { shape: 'csv' });
      assert.ok(performance.now() - since < 3000);
    });

    it('keeps a name of digits as it is', () => {
      assert.deepEqual(told('007,1', { shape: 'csv', columns: 'nodo, t' }), [{ nodo: '007', t: 1 }]);
      assert.deepEqual(told('id:0x1F,t:1', { shape: 'pairs', nodeField: 'id' }), [{ nodo: '0x1F', t: 1 }]);
    });

    it('tells a name that stands twice', () => {
      const [content] = contentsOf('t:1,t:2', { shape: 'pairs', defaultNode: 'a' });
      assert.equal(content?.kind, 'reading');
      assert.deepEqual(content.repairs, [{ field: 't', found: '1', problem: 'repeated' }]);
    });

    it('makes no reading of the end of the first line after an opening, nor names of columns', () => {
      const csv: Partial<SerialJsonInDef> = { shape: 'csv', columns: 't, h', defaultNode: 'a' };
      assert.deepEqual(told('3.5,60', csv, true), []);
      assert.deepEqual(told('3.5,60', csv), [{ nodo: 'a', t: 3.5, h: 60 }]);
      assert.deepEqual(told(withChecksum('23.5,60'), csv, true), [{ nodo: 'a', t: 23.5, h: 60 }]);
      assert.deepEqual(told('mp:23', { shape: 'pairs', defaultNode: 'a' }, true), []);
      assert.deepEqual(told('Error', csv, true), [['sensor-error', 'Error']]);
      const reader = new LineReader(rulesOf({ shape: 'csv', defaultNode: 'a' }), () => ARRIVED);
      reader.read(rawLine('mp,hum'), true, NOW);
      const [content] = reader.read(rawLine('23.5,60'), false, NOW);
      assert.equal(content?.kind, 'rejected');
    });

    it('says what is no names with values', () => {
      for (const line of ['hello', 'temp:', ':5', '12 13'])
        assert.deepEqual(toldOf([line], { shape: 'pairs', defaultNode: 'm' }), [['not-pairs', line]]);
    });

    it('looks for the checksum of these shapes, too', () => {
      const settings = { shape: 'pairs', defaultNode: 'm', checksum: 'required' };
      assert.deepEqual(toldOf([withChecksum('t:1'), 't:1', 't:1*0000'], settings), [
        { nodo: 'm', t: 1 },
        ['no-checksum', 't:1'],
        ['checksum', 't:1*0000'],
      ]);
      for (const [damaged, reason] of [
        ['t:1*A7', 'checksum'],
        ['t:1*A7B', 'checksum'],
        ['t:1*A7B3C4D5', 'checksum'],
        ['t:1A7B3', 'no-checksum'],
        ['t:1', 'no-checksum'],
      ] as const) {
        const told = toldOf([withChecksum('t:1'), damaged], { shape: 'pairs', defaultNode: 'm' });
        assert.deepEqual(told, [{ nodo: 'm', t: 1 }, [reason, damaged]]);
      }
      assert.deepEqual(toldOf(['t:26 *C'], { shape: 'pairs', defaultNode: 'm' }), [{ nodo: 'm', t: 26 }]);
    });

    it('leaves out what the settings say is no reading, with or without colours', () => {
      const settings = { ignore: 'I (*\n*heap*free\nexact' };
      const lines = [
        '\u001b[0;32mI (312) wifi: up\u001b[0m',
        'the heap is 5 free',
        'exact',
        'exactly',
        '{"nodo":"a"}',
      ];
      assert.deepEqual(toldOf(lines, settings), [['not-json', 'exactly'], { nodo: 'a' }]);
    });
  });

  it('counts the lines lost by the numbers that a board gives them, and makes no variable of these', () => {
    const reader = new LineReader(rulesOf(), () => ARRIVED);
    const steps = [
      ['a', 5],
      ['a', 6],
      ['b', 1],
      ['a', 9],
      ['b', 2],
      ['a', 0],
      ['a', 2],
    ].flatMap(([nodo, seq]) => reader.read(rawLine(JSON.stringify({ nodo, seq })), false, NOW));
    assert.deepEqual(
      steps.map((content) => content.kind === 'reading' && [content.sequence, 'seq' in content.reading]),
      [
        [{ number: 5, lost: 0 }, false],
        [{ number: 6, lost: 0 }, false],
        [{ number: 1, lost: 0 }, false],
        [{ number: 9, lost: 2 }, false],
        [{ number: 2, lost: 0 }, false],
        [{ number: 0, lost: 0 }, false],
        [{ number: 2, lost: 1 }, false],
      ],
    );
    const refused = new LineReader(rulesOf({ variables: 't: 0..9' }), () => ARRIVED);
    const both = [5, 8].flatMap((seq) =>
      refused.read(rawLine(JSON.stringify({ nodo: 'a', seq, t: seq * 2 })), false, NOW),
    );
    assert.deepEqual(
      both.map(({ kind, sequence }) => [kind, sequence?.lost]),
      [
        ['rejected', 0],
        ['rejected', 2],
      ],
    );
    assert.deepEqual(told('{"nodo":"a","seq":1.5}'), [{ nodo: 'a', seq: 1.5 }]);
    assert.deepEqual(told('{"nodo":"a","seq":5}', { sequence: '' }), [{ nodo: 'a', seq: 5 }]);
  });
});
