"""Writes records with Confluent's serialisers and prints them, each with what it was made of.

    python records.py http://127.0.0.1:8080/apis/ccompat/v7

Called by make.ts, and by the tests with a registry and a Kafka: with an address of Kafka behind the registry's, the records
are also written into the topic that each of them names.

    python records.py mock://

The same records with their schemas named in a header, by the registry that Confluent's client brings for tests: few
registries give a GUID. Prints its answers besides.
"""
import datetime
import decimal
import json
import random
import sys
import urllib.parse
import uuid

from confluent_kafka.schema_registry import (
    Schema,
    SchemaReference,
    SchemaRegistryClient,
    header_schema_id_serializer,
    prefix_schema_id_serializer,
)
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory, text_format
from google.protobuf import timestamp_pb2

by_header = sys.argv[1] == "mock://"
settings = {"schema.id.serializer": header_schema_id_serializer if by_header else prefix_schema_id_serializer}
# In seconds; without one it waits for ever for an answer that does not come.
client = SchemaRegistryClient.new_client({"url": sys.argv[1], "timeout": 20})
if by_header:
    # The same GUIDs each time.
    chance = random.Random(1)
    uuid.uuid4 = lambda: uuid.UUID(int=chance.getrandbits(128), version=4)
records = []


def add(topic, serializer, value, expected, type):
    headers = []
    data = serializer(value, SerializationContext(topic, MessageField.VALUE, headers))
    shown = {name: header.hex() for name, header in headers}
    records.append(
        {"topic": topic, "type": type, **({"headers": shown} if shown else {}), "bytes": data.hex(), "expected": expected}
    )


# Avro

READING = {
    "type": "record",
    "name": "Reading",
    "namespace": "sensors",
    "fields": [
        {"name": "nodo", "type": "string"},
        {"name": "humedad", "type": ["null", "double"], "default": None},
        {"name": "cuenta", "type": "long"},
        {"name": "nivel", "type": "int", "default": 7},
        {"name": "radiacion", "type": "float"},
        {"name": "activo", "type": "boolean"},
        {"name": "crudo", "type": "bytes"},
        {"name": "huella", "type": {"type": "fixed", "name": "Print", "size": 4}},
        {"name": "estado", "type": {"type": "enum", "name": "State", "symbols": ["OK", "LOW", "DEAD"]}},
        {"name": "precio", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 3}},
        {"name": "hora", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "horaExacta", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "dia", "type": {"type": "int", "logicalType": "date"}},
        {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "serie", "type": {"type": "array", "items": "int"}},
        {"name": "notas", "type": {"type": "map", "values": "string"}},
        {"name": "anterior", "type": ["null", "Reading"], "default": None},
    ],
}
UTC = datetime.timezone.utc


def reading(**changes):
    return {
        "nodo": "ñ-1",
        "humedad": 41.25,
        "cuenta": 73314510714175488,
        "nivel": -3,
        "radiacion": 0.5,
        "activo": True,
        "crudo": b"\x00\x80\xff",
        "huella": b"\xde\xad\xbe\xef",
        "estado": "LOW",
        "precio": decimal.Decimal("-1234.567"),
        "hora": datetime.datetime(2024, 5, 17, 8, 30, 0, 123000, UTC),
        "horaExacta": datetime.datetime(2024, 5, 17, 8, 30, 0, 123456, UTC),
        "dia": datetime.date(2024, 5, 17),
        "id": str(uuid.UUID(int=7)),
        "serie": [1, -2, 3],
        "notas": {"__proto__": "x", "b": "ü"},
        "anterior": None,
        **changes,
    }


def expected_reading(**changes):
    return {
        "nodo": "ñ-1",
        "humedad": 41.25,
        "cuenta": "73314510714175488",
        "nivel": -3,
        "radiacion": 0.5,
        "activo": True,
        "crudo": {"bytes": "0080ff"},
        "huella": {"bytes": "deadbeef"},
        "estado": "LOW",
        "precio": "-1234.567",
        "hora": 1715934600123,
        "horaExacta": 1715934600123456,
        "dia": 19860,
        "id": str(uuid.UUID(int=7)),
        "serie": [1, -2, 3],
        "notas": {"__proto__": "x", "b": "ü"},
        "anterior": None,
        **changes,
    }


avro = AvroSerializer(client, json.dumps(READING), conf=settings)
add("avro", avro, reading(), expected_reading(), "AVRO")
add(
    "avro",
    avro,
    reading(humedad=None, anterior=reading(cuenta=-1, precio=decimal.Decimal("0.001"), serie=[])),
    expected_reading(humedad=None, anterior=expected_reading(cuenta=-1, precio="0.001", serie=[])),
    "AVRO",
)
add("avro-text", AvroSerializer(client, '"string"', conf=settings), "hola", "hola", "AVRO")
add("avro-long", AvroSerializer(client, '"long"', conf=settings), -(2**63), str(-(2**63)), "AVRO")

PLACE = {"type": "record", "name": "Place", "namespace": "sensors", "fields": [{"name": "sitio", "type": "string"}]}
client.register_schema("place", Schema(json.dumps(PLACE), "AVRO"))
PLACED = {
    "type": "record",
    "name": "Placed",
    "namespace": "sensors",
    "fields": [{"name": "lugar", "type": "sensors.Place"}, {"name": "otros", "type": {"type": "array", "items": "Place"}}],
}
placed = Schema(json.dumps(PLACED), "AVRO", [SchemaReference("sensors.Place", "place", 1)])
add(
    "avro-references",
    AvroSerializer(client, placed, conf=settings),
    {"lugar": {"sitio": "cuba"}, "otros": [{"sitio": "a"}, {"sitio": "b"}]},
    {"lugar": {"sitio": "cuba"}, "otros": [{"sitio": "a"}, {"sitio": "b"}]},
    "AVRO",
)

# JSON Schema

UNIT = {"$schema": "http://json-schema.org/draft-07/schema#", "type": "string", "enum": ["C", "%"]}
client.register_schema("unit", Schema(json.dumps(UNIT), "JSON"))
MEASURED = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "Measured",
    "type": "object",
    "properties": {
        "nodo": {"type": "string"},
        "valor": {"type": "number", "minimum": 0},
        "unidad": {"$ref": "unit.json"},
        "cuenta": {"$ref": "#/definitions/cuenta"},
    },
    "required": ["nodo"],
    "definitions": {"cuenta": {"type": "integer"}},
}
measured = Schema(json.dumps(MEASURED), "JSON", [SchemaReference("unit.json", "unit", 1)])
value = {"nodo": "n", "valor": 1.5, "unidad": "%", "cuenta": 73314510714175488}
json_schema = JSONSerializer(measured, client, conf=settings)
add("json", json_schema, value, {**value, "cuenta": str(value["cuenta"])}, "JSON")

# Protobuf: the files as protoc would have them, since it is no package of Python's

PLACE_FILE = """
name: "places/place.proto" package: "places" syntax: "proto3"
message_type { name: "Place" field { name: "site" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING json_name: "site" } }
"""
SAMPLE_FILE = """
name: "sample.proto" package: "sensors" syntax: "proto3"
dependency: "places/place.proto" dependency: "google/protobuf/timestamp.proto"
message_type {
  name: "Sample"
  field { name: "node_name" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING json_name: "nodeName" }
  field { name: "humidity" number: 2 label: LABEL_OPTIONAL type: TYPE_DOUBLE oneof_index: 1 proto3_optional: true json_name: "humidity" }
  field { name: "count" number: 3 label: LABEL_OPTIONAL type: TYPE_INT64 json_name: "count" }
  field { name: "delta" number: 4 label: LABEL_OPTIONAL type: TYPE_SINT32 json_name: "delta" }
  field { name: "raw" number: 5 label: LABEL_OPTIONAL type: TYPE_BYTES json_name: "raw" }
  field { name: "series" number: 6 label: LABEL_REPEATED type: TYPE_INT32 json_name: "series" }
  field { name: "state" number: 7 label: LABEL_OPTIONAL type: TYPE_ENUM type_name: ".sensors.Sample.State" json_name: "state" }
  field { name: "notes" number: 8 label: LABEL_REPEATED type: TYPE_MESSAGE type_name: ".sensors.Sample.NotesEntry" json_name: "notes" }
  field { name: "place" number: 9 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".places.Place" json_name: "place" }
  field { name: "at" number: 10 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".google.protobuf.Timestamp" json_name: "at" }
  field { name: "text" number: 11 label: LABEL_OPTIONAL type: TYPE_STRING oneof_index: 0 json_name: "text" }
  field { name: "number" number: 12 label: LABEL_OPTIONAL type: TYPE_FIXED64 oneof_index: 0 json_name: "number" }
  field { name: "before" number: 13 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".sensors.Sample" json_name: "before" }
  field { name: "level" number: 14 label: LABEL_OPTIONAL type: TYPE_FLOAT json_name: "level" }
  field { name: "on" number: 15 label: LABEL_OPTIONAL type: TYPE_BOOL json_name: "on" }
  oneof_decl { name: "value" }
  oneof_decl { name: "_humidity" }
  enum_type { name: "State" value { name: "UNKNOWN" number: 0 } value { name: "LOW" number: 1 } value { name: "MINUS" number: -1 } }
  nested_type { name: "Inner" field { name: "x" number: 1 label: LABEL_OPTIONAL type: TYPE_UINT32 json_name: "x" } }
  nested_type {
    name: "NotesEntry"
    field { name: "key" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING json_name: "key" }
    field { name: "value" number: 2 label: LABEL_OPTIONAL type: TYPE_INT64 json_name: "value" }
    options { map_entry: true }
  }
}
message_type {
  name: "Other"
  nested_type { name: "Deep" field { name: "y" number: 1 label: LABEL_REPEATED type: TYPE_UINT64 json_name: "y" } }
}
"""
pool = descriptor_pool.DescriptorPool()
stamp = descriptor_pb2.FileDescriptorProto()
timestamp_pb2.DESCRIPTOR.CopyToProto(stamp)
pool.Add(stamp)
for text in (PLACE_FILE, SAMPLE_FILE):
    pool.Add(text_format.Parse(text, descriptor_pb2.FileDescriptorProto()))


def message(name, fields):
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
    return kind, json_format.ParseDict(fields, kind(), descriptor_pool=pool)


def add_message(topic, name, fields, expected):
    kind, value = message(name, fields)
    add(topic, ProtobufSerializer(kind, client, settings), value, expected, "PROTOBUF")


EMPTY = {
    "node_name": "",
    "count": 0,
    "delta": 0,
    "raw": {"bytes": ""},
    "series": [],
    "state": "UNKNOWN",
    "notes": {},
    "level": 0,
    "on": False,
}
add_message(
    "protobuf",
    "sensors.Sample",
    {
        "nodeName": "ñ-1",
        "humidity": 0,
        "count": "73314510714175488",
        "delta": -3,
        "raw": "AID/",
        "series": [1, -2, 3],
        "state": "MINUS",
        "notes": {"a": "1", "b": "-2"},
        "place": {"site": "cuba"},
        "at": "2024-05-17T08:30:00.5Z",
        "number": "18446744073709551615",
        "before": {"text": "x"},
        "level": 0.5,
        "on": True,
    },
    {
        "node_name": "ñ-1",
        "humidity": 0,
        "count": "73314510714175488",
        "delta": -3,
        "raw": {"bytes": "0080ff"},
        "series": [1, -2, 3],
        "state": "MINUS",
        "notes": {"a": 1, "b": -2},
        "place": {"site": "cuba"},
        "at": {"seconds": 1715934600, "nanos": 500000000},
        "number": "18446744073709551615",
        "before": {**EMPTY, "text": "x"},
        "level": 0.5,
        "on": True,
    },
)
add_message("protobuf", "sensors.Sample", {}, EMPTY)
add_message("protobuf-inner", "sensors.Sample.Inner", {"x": 7}, {"x": 7})
add_message("protobuf-deep", "sensors.Other.Deep", {"y": ["1", "2"]}, {"y": [1, 2]})

if len(sys.argv) > 2:
    from confluent_kafka import Producer

    producer = Producer({"bootstrap.servers": sys.argv[2]})
    for record in records:
        producer.produce(record["topic"], bytes.fromhex(record["bytes"]))
    if producer.flush(30) > 0:
        sys.exit("not all records were written")


def answers():
    """What a registry answers for the schemas: by GUID, and as those that others refer to."""
    found = {}
    for subject in client.get_subjects():
        for version in sorted(client.get_versions(subject)):
            registered = client.get_version(subject, version)
            answer = {"guid": registered.guid, **registered.schema.to_dict()}
            found[f"/schemas/guids/{registered.guid}"] = answer
            place = f"/subjects/{urllib.parse.quote(subject, safe='')}/versions/{version}"
            found[place] = {"subject": subject, "version": version, "id": registered.schema_id, **answer}
    return found


print(json.dumps({"records": records, "answers": answers()} if by_header else records))
