import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { UnpackedSizeError } from '../../../../nodes/kafka-cluster/compression/errors';
import { packLz4, unpackLz4 } from '../../../../nodes/kafka-cluster/compression/lz4';
import { unpackSnappy } from '../../../../nodes/kafka-cluster/compression/snappy';
import { xxh32 } from '../../../../nodes/kafka-cluster/compression/xxh32';
import {
  packByWasm,
  packZstd,
  unpackByWasm,
  unpackZstd,
} from '../../../../nodes/kafka-cluster/compression/zstd';

const texts = ['first ', '', 'second '.repeat(1_000), 'third'];

/** A frame of this magic number that holds nothing for a reader. */
function skippable(magic: number): Buffer {
  const frame = Buffer.alloc(8 + 5);
  frame.writeUInt32LE(magic, 0);
  frame.writeUInt32LE(5, 4);
  return frame;
}

describe('packed bytes of several frames', () => {
  const ways = {
    lz4: { pack: packLz4, unpack: unpackLz4 },
    zstd: { pack: packZstd, unpack: unpackZstd },
    'zstd by WebAssembly': { pack: packByWasm, unpack: unpackByWasm },
  };
  for (const [name, { pack, unpack }] of Object.entries(ways)) {
    it(`are unpacked to all that is in them: ${name}`, async () => {
      const frames = await Promise.all(texts.map((text) => pack(Buffer.from(text))));
      assert.equal(String(await unpack(Buffer.concat(frames), 2 ** 20)), texts.join(''));
    });

    it(`are bounded all together: ${name}`, async () => {
      const frame = await pack(randomBytes(600));
      assert.equal((await unpack(frame, 600)).length, 600);
      await assert.rejects(unpack(Buffer.concat([frame, frame]), 1_000), (error) => {
        assert.ok(error instanceof UnpackedSizeError);
        assert.equal(error.maxBytes, 1_000);
        return true;
      });
      assert.equal((await unpack(Buffer.concat([frame, frame]), 1_200)).length, 1_200);
    });

    it(`are not unpacked where there are more than any writer makes, each of nothing: ${name}`, async () => {
      const empty = await pack(Buffer.alloc(0));
      const frame = await pack(Buffer.from('a'));
      const few = Buffer.concat([frame, ...Array<Buffer>(999).fill(empty)]);
      assert.equal(String(await unpack(few, 2 ** 20)), 'a');
      await assert.rejects(unpack(Buffer.concat([few, empty]), 2 ** 20), /more than 1000 frames/);
    });

    it(`say so where they end too early, or are something else: ${name}`, async () => {
      const frame = await pack(Buffer.from(texts.join('')));
      for (let length = 1; length < frame.length; length++) {
        await assert.rejects(unpack(frame.subarray(0, length), 2 ** 20), /too early/, `${length} bytes`);
      }
      await assert.rejects(unpack(Buffer.alloc(0), 2 ** 20), /not a frame/);
      await assert.rejects(unpack(Buffer.concat([frame, Buffer.alloc(30)]), 2 ** 20), /not a frame/);
    });
  }

  it('may have some of Zstandard between them that hold nothing', async () => {
    const parts = [skippable(0x184d2a50), await packZstd(Buffer.from('a')), skippable(0x184d2a5f)];
    assert.equal(String(await unpackZstd(Buffer.concat(parts), 100)), 'a');
  });
});

describe("the checksum of an LZ4 frame's header", () => {
  it('is wrong in what clients of Kafka wrote before 0.10, and passed over only there', async () => {
    const frame = await packLz4(Buffer.from('once'));
    frame[6] = xxh32(frame.subarray(0, 6)) >>> 8;
    await assert.rejects(unpackLz4(frame, 100), /HeaderChecksum/);
    assert.equal(String(await unpackLz4(frame, 100, { anyHeaderChecksum: true })), 'once');
  });

  it('is a part of xxHash', async () => {
    const frame = await packLz4(Buffer.from('x'));
    assert.equal((xxh32(frame.subarray(4, 6)) >>> 8) & 255, frame[6]);
    assert.equal(xxh32(Buffer.alloc(0)), 0x02cc5d05);
    assert.equal(xxh32(Buffer.from('abc')), 0x32d153ff);
    assert.equal(xxh32(Buffer.from('a')), 0x550d7456);
  });
});

describe('snappy', () => {
  it('takes no room for what its bytes can never become', () => {
    const claim = Buffer.from([0xff, 0xff, 0xff, 0x1f, 0, 0]);
    assert.throws(() => unpackSnappy(claim, 2 ** 26), /6 bytes say they are 67108863/);
  });
});
