"""Record sets as kafka-python writes them: python_records.py FOLDER"""

import pathlib
import sys

from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.legacy_records import LegacyRecordBatchBuilder

TIME = 1_700_000_000_000
CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
folder = pathlib.Path(sys.argv[1])


def fill(builder, with_headers):
    for i in range(300):
        value = None if i % 50 == 49 else '{"nodo":"estación %d","n":%d,"temperatura":21.5}' % (i % 7, i)
        key = None if i % 3 == 0 else bytes([0x80, i & 255])
        headers = []
        if with_headers and i % 10 == 1:
            headers = [("a", b"1"), ("a", None), ("nada", None), ("__proto__", b"p"), ("vacía", b"")]
        builder.append(i, TIME + i, key, value and value.encode(), headers)
    return bytes(builder.build())


for name, codec in CODECS.items():
    batch = DefaultRecordBatchBuilder(2, codec, False, -1, -1, -1, 1 << 20)
    (folder / f"kafka-python-v2-{name}.bin").write_bytes(fill(batch, True))
    for magic in (0, 1):
        if name == "zstd" or (name == "lz4" and magic == 0):
            continue
        old = LegacyRecordBatchBuilder(magic, codec, 1 << 20)
        entry = fill(old, False)
        if name != "none":
            # What a broker puts in: the offset of the last message inside.
            entry = (299).to_bytes(8, "big") + entry[8:]
        (folder / f"kafka-python-v{magic}-{name}.bin").write_bytes(entry)
