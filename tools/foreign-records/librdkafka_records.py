"""Writes the records through librdkafka into topics of a broker, one for each codec: librdkafka_records.py ADDRESS"""

import sys

from confluent_kafka import Producer

TIME = 1_700_000_000_000

for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
    producer = Producer({"bootstrap.servers": sys.argv[1], "compression.type": codec, "linger.ms": 500})
    for i in range(300):
        value = None if i % 50 == 49 else '{"nodo":"estación %d","n":%d,"temperatura":21.5}' % (i % 7, i)
        headers = None
        if i % 10 == 1:
            headers = [("a", b"1"), ("a", None), ("nada", None), ("__proto__", b"p"), ("vacía", b"")]
        producer.produce(
            f"librdkafka-v2-{codec}",
            key=None if i % 3 == 0 else bytes([0x80, i & 255]),
            value=value,
            headers=headers,
            timestamp=TIME + i,
            partition=0,
        )
    producer.flush(30)
