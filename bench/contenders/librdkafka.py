"""librdkafka through confluent-kafka: readings into a topic as fast as it goes, until it is ended.

librdkafka.py BROKERS TOPIC NODE...
"""

import json
import sys

from confluent_kafka import Producer

brokers, topic, *nodes = sys.argv[1:]
producer = Producer(
    {
        "bootstrap.servers": brokers,
        "acks": "all",
        "enable.idempotence": True,
        # As Kafka's own clients do: a node's readings stay in order on one partition.
        "partitioner": "murmur2_random",
        "queue.buffering.max.messages": 100_000,
    }
)
# Made beforehand: what Python takes to make JSON is not what is measured.
VALUES = [
    json.dumps(
        {
            "nodo": nodes[n % len(nodes)],
            "humedad": 40 + n % 50,
            "temperatura": 20 + n % 15,
            "sensacion": 26.92732,
            "radiacion": 1997.07,
            "n": n,
            "fecha": "2026-11-24",
            "hora": "08:30:00",
        }
    )
    for n in range(len(nodes) * 100)
]
HEADERS = [("reading-id", b"019ac1b2-0000-7000-8000-000000000001")]


def acknowledged(error, _message):
    if error:
        sys.exit(f"not written: {error}")


n = 0
while True:
    try:
        producer.produce(
            topic,
            key=nodes[n % len(nodes)],
            value=VALUES[n % len(VALUES)],
            headers=HEADERS,
            on_delivery=acknowledged,
        )
    except BufferError:
        producer.poll(0.05)
        continue
    n += 1
    if n % 200 == 0:
        producer.poll(0)
