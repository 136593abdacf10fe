"""A member of a group by librdkafka: member.py ADDRESS GROUP TOPIC PROTOCOL, which is classic, consumer or share.
Says in lines of JSON which partitions it has and what it reads, and leaves the group on a SIGTERM."""

import json
import signal
import sys

from confluent_kafka import Consumer, ShareConsumer

address, group, topic, protocol = sys.argv[1:]
running = True


def stop(*_):
    global running
    running = False


def say(**what):
    print(json.dumps(what), flush=True)


signal.signal(signal.SIGTERM, stop)
settings = {"bootstrap.servers": address, "group.id": group}
if protocol == "share":
    member = ShareConsumer(settings)
    member.subscribe([topic])
else:
    settings |= {"group.protocol": protocol, "auto.offset.reset": "earliest", "enable.auto.commit": False}
    if protocol == "classic":
        settings |= {"partition.assignment.strategy": "roundrobin", "session.timeout.ms": 6000}
    member = Consumer(settings)
    member.subscribe([topic])
assigned = []
while running:
    got = member.poll(0.2)
    now = [] if protocol == "share" else sorted(part.partition for part in member.assignment())
    if now != assigned:
        assigned = now
        say(assigned=assigned)
    if got is None:
        continue
    for message in got if protocol == "share" else [got]:
        if message.error():
            say(error=str(message.error()))
        else:
            say(read=message.value().decode(), partition=message.partition())
member.close()
