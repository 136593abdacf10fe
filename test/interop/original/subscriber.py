"""A subscriber that behaves as the one of the original system: what it reads is what ours has to send.

Takes the value of each record as a JSON object and nothing else of it, inserts it into datos.datos as it is, then looks
through the whole node list for its node and writes the date there. Offsets are committed on a timer, whatever became of
the records.

subscriber.py BROKERS TOPIC MONGODB_URI DATABASE
"""

import json
import sys

from kafka import KafkaConsumer
from pymongo import MongoClient


def store(database, reading):
    database["datos"].insert_one(reading)
    for node in database["nodos"].find():
        if node["nodo"] == reading["nodo"]:
            database["nodos"].update_one({"_id": node["_id"]}, {"$set": {"fecha": reading["fecha"]}})
            return
    database["nodos"].insert_one({"nodo": reading["nodo"], "fecha": reading["fecha"]})


def main(brokers, topic, uri, name):
    database = MongoClient(uri)[name]
    consumer = KafkaConsumer(
        topic, bootstrap_servers=brokers, group_id="original-" + topic, auto_offset_reset="earliest"
    )
    print("subscribed to", topic, flush=True)
    for record in consumer:
        store(database, json.loads(record.value.decode("utf-8")))


main(*sys.argv[1:])
