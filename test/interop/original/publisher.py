"""A publisher that behaves as the one of the original system: what it sends is what ours has to live with.

Reads JSON lines from a serial device, adds date and time, and sends each to a topic with a producer of its own: no key,
no headers. Whatever goes wrong with a line is dropped without a word. Ends when the device is gone.

publisher.py BROKERS TOPIC DEVICE
"""

import json
import os
import sys
import time

from kafka import KafkaProducer


def publish(brokers, topic, line):
    reading = json.loads(line)
    reading["fecha"] = time.strftime("%Y-%m-%d")
    reading["hora"] = time.strftime("%H:%M:%S")
    producer = KafkaProducer(
        bootstrap_servers=brokers, value_serializer=lambda value: json.dumps(value).encode("utf-8")
    )
    producer.send(topic, reading)
    producer.flush()
    producer.close()


def main(brokers, topic, device):
    # Unbuffered, and without making the device the terminal of this process.
    with open(os.open(device, os.O_RDONLY | os.O_NOCTTY), "rb", buffering=0) as port:
        print("reading", device, flush=True)
        for line in iter(port.readline, b""):
            try:
                publish(brokers, topic, line)
            except Exception:
                continue


main(*sys.argv[1:])
