"""The original system's way to publish: a new producer for each line. Prints the milliseconds that each took."""
import json
import sys
import time

from kafka import KafkaProducer

brokers, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
line = '{"nodo":"comuna_15","humedad":60,"temperatura":26,"sensacion":26.92732,"radiacion":1997.07}'
for _ in range(count):
    start = time.perf_counter()
    producer = KafkaProducer(bootstrap_servers=brokers, value_serializer=lambda value: json.dumps(value).encode())
    reading = json.loads(line)
    reading["fecha"] = time.strftime("%Y-%m-%d")
    reading["hora"] = time.strftime("%H:%M:%S")
    producer.send(topic, reading).get(timeout=30)
    producer.close()
    print((time.perf_counter() - start) * 1000, flush=True)
