import assert from 'node:assert/strict';
import v8 from 'node:v8';
import vm from 'node:vm';
import fc from 'fast-check';
import { LineSplitter, type SplitLine } from '../../../../nodes/serial-json-in/lines/line-splitter';
import { until } from '../../../support/until';

const MAX = 20;

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

function told(lines: SplitLine[]): unknown[] {
  return lines.map((line) => {
    switch (line.kind) {
      case 'line':
        return line.bytes.toString();
      case 'cut-off':
        return { cut: line.bytes.toString() };
      case 'too-long':
        return { long: line.length, start: line.start.toString() };
    }
  });
}

function pushAll(splitter: LineSplitter, text: string): unknown[] {
  return told(splitter.push(Buffer.from(text), 0));
}

describe('LineSplitter', () => {
  it('takes LF and CR LF as line ends and leaves empty lines out', () => {
    const splitter = new LineSplitter(MAX);
    assert.deepEqual(pushAll(splitter, 'one\ntwo\r\n\r\n\nthree\r\n'), ['one', 'two', 'three']);
  });

  it('keeps a CR that does not end the line, of a board that prints LF', () => {
    assert.deepEqual(pushAll(new LineSplitter(MAX), 'x\r\na\rb\r\r\n'), ['x', 'a\rb\r']);
  });

  it('takes CR for the line end where no LF comes, and tells each line at once from the second on', () => {
    const splitter = new LineSplitter(MAX);
    assert.deepEqual(pushAll(splitter, 'one\r'), []);
    assert.deepEqual(pushAll(splitter, 'two\r'), ['one', 'two']);
    assert.deepEqual(pushAll(splitter, 'three\rfo'), ['three']);
    assert.deepEqual(pushAll(splitter, 'ur\r'), ['four']);
  });

  it('knows better as soon as an LF comes', () => {
    const splitter = new LineSplitter(MAX);
    assert.deepEqual(pushAll(splitter, 'a\rb\r'), ['a', 'b']);
    assert.deepEqual(pushAll(splitter, '\nc\rd\n'), ['c\rd']);
  });

  it('reads on the lines of a board that ends them in CR, though an LF came among them, in whatever chunks', () => {
    const lines = Array.from({ length: 12 }, (_, i) => `line ${i}`);
    const bytes = Buffer.from(lines.map((line, i) => `${line}${i === 1 || i === 6 ? '\n' : '\r'}`).join(''));
    for (let size = 1; size <= bytes.length; size++) {
      const splitter = new LineSplitter(MAX);
      const found: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size)
        found.push(...told(splitter.push(bytes.subarray(at, at + size), 0)));
      found.push(...pushAll(splitter, '\r\r'));
      assert.deepEqual(found, lines, `chunks of ${size}`);
    }
  });

  it('looks anew at what ends the lines after the device went away', () => {
    const splitter = new LineSplitter(MAX);
    pushAll(splitter, 'a\n');
    splitter.reset();
    assert.deepEqual(pushAll(splitter, 'b\rc\rd'), ['b', 'c']);
  });

  it('finds the same lines that end in CR alone, however the bytes are cut into chunks', () => {
    const bytes = Buffer.from('one\rtwo\r\rthree\rfour\rx');
    for (let size = 1; size < bytes.length; size++) {
      const splitter = new LineSplitter(MAX);
      const found: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size)
        found.push(...told(splitter.push(bytes.subarray(at, at + size), 0)));
      assert.deepEqual(found, ['one', 'two', 'three', 'four'], `chunks of ${size}`);
    }
  });

  it('finds a line end of which CR and LF arrive apart', () => {
    const splitter = new LineSplitter(MAX);
    assert.deepEqual(pushAll(splitter, 'one\r'), []);
    assert.deepEqual(pushAll(splitter, '\ntwo\n'), ['one', 'two']);
  });

  it('marks the first line after an opening, and only that one', () => {
    const splitter = new LineSplitter(MAX);
    const firsts = () =>
      splitter.push(Buffer.from('a\nb\n'), 0).map((line) => line.kind === 'line' && line.first);
    assert.deepEqual(firsts(), [true, false]);
    assert.deepEqual(firsts(), [false, false]);
    splitter.reset();
    assert.deepEqual(firsts(), [true, false]);
  });

  it('lets a line of just the longest length pass, with either line end', () => {
    const splitter = new LineSplitter(MAX);
    const line = 'x'.repeat(MAX);
    assert.deepEqual(pushAll(splitter, `${line}\n${line}\r\n`), [line, line]);
    assert.deepEqual(pushAll(splitter, `${line}y\n`), [{ long: MAX + 1, start: `${line}y` }]);
  });

  it('tells a line that is too long once, with its whole length, and reads the next one', () => {
    const splitter = new LineSplitter(MAX);
    const told = [];
    for (let i = 0; i < 100; i++) told.push(...pushAll(splitter, 'abcdefghij'));
    told.push(...pushAll(splitter, '\r\ngood\n'));
    assert.deepEqual(told, [{ long: 1001, start: 'abcdefghijabcdefghijabcdefghij' }, 'good']);
  });

  it('tells a line that never ends once, two seconds after it became too long', () => {
    const splitter = new LineSplitter(MAX);
    const found = [];
    for (let second = 0; second < 10; second++)
      found.push(...splitter.push(Buffer.alloc(30, 'x'), second * 1000));
    found.push(...splitter.push(Buffer.from('\ngood\n'), 20_000));
    assert.deepEqual(
      found.map((line) => (line.kind === 'too-long' ? line.length : line.kind)),
      [90, 'line'],
    );
  });

  it('holds no more than the longest line, however much arrives without an end', async () => {
    const splitter = new LineSplitter(4096);
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    // Each chunk is an allocation of its own: what the splitter kept of it would stay.
    for (let i = 0; i < 512; i++) splitter.push(Buffer.alloc(256 * 1024, 'x'), 0);
    await until('the memory of the chunks to be free', () => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers - before < 1024 * 1024;
    });
  });

  it('tells the line that was cut off when the device went away, and glues nothing to the next', () => {
    const splitter = new LineSplitter(MAX);
    pushAll(splitter, 'whole\nhal');
    assert.deepEqual(told([splitter.reset()!]), [{ cut: 'hal' }]);
    assert.deepEqual(pushAll(splitter, 'first\n'), ['first']);
  });

  it('tells nothing when the device went away before its first line ended', () => {
    const splitter = new LineSplitter(MAX);
    pushAll(splitter, 'hal');
    assert.equal(splitter.reset(), undefined);
    assert.equal(splitter.reset(), undefined);
  });

  it('finds the same lines however the bytes are cut into chunks', () => {
    const line = fc.string({ maxLength: 40 }).map((text) => text.replace(/[\r\n]/g, ' '));
    const cuts = fc.array(fc.nat(12), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(line, fc.boolean())), cuts, (lines, sizes) => {
        const bytes = Buffer.from(lines.map(([text, crlf]) => text + (crlf ? '\r\n' : '\n')).join(''));
        const splitter = new LineSplitter(MAX);
        const found: unknown[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = 1 + sizes[i % sizes.length]!;
          found.push(...told(splitter.push(bytes.subarray(at, at + size), 0)));
          at += size;
        }
        const expected = lines.flatMap(([text]) => {
          const length = Buffer.byteLength(text);
          if (length === 0) return [];
          return length > MAX ? ['long'] : [text];
        });
        assert.deepEqual(
          found.map((one) => (typeof one === 'string' ? one : 'long')),
          expected,
        );
      }),
    );
  });
});
