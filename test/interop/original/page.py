"""The queries of the original system's web page, and what it shows, as JSON on standard output.

The first page lists the nodes, each with a link that carries the ObjectId of its document. The page of a node finds the
document by that id, and by its name the last ten readings.

page.py MONGODB_URI DATABASE
"""

import json
import sys

from bson import ObjectId
from pymongo import MongoClient

CHARTS = ["radiacion", "temperatura", "humedad", "sensacion"]


def node_page(database, link):
    node = database["nodos"].find_one({"_id": ObjectId(link)})
    last = database["datos"].find({"nodo": node["nodo"]}).sort("_id", -1).limit(10)
    columns = ["fecha", "hora"] + CHARTS
    return {"nodo": node["nodo"], "last": [{column: reading[column] for column in columns} for reading in last]}


def main(uri, name):
    database = MongoClient(uri)[name]
    nodes = [
        {"link": str(node["_id"]), "nodo": node["nodo"], "fecha": node["fecha"]} for node in database["nodos"].find()
    ]
    print(json.dumps({"nodes": nodes, "pages": [node_page(database, node["link"]) for node in nodes]}))


main(*sys.argv[1:])
