"""Writes the Iceberg table silver.trips with PyIceberg, as the silver job would, for the tests of the dbt project.

usage: silver_table.py DIRECTORY < STEPS
DIRECTORY holds the table (file://) and a file `location` that names its metadata. STEPS is a JSON list, done in order:
  {"append": N, "seed": S, "month": "2024-01", "quirks": BOOL}   N trips made from a seeded generator
  {"deleteWhere": "pickup_date = '2024-01-03'"}                 as an overwrite of silver would
  {"extraColumn": "kafka_offset"}                               a BIGINT column that dbt does not know
Prints {"metadataLocation": ..., "rows": ..., "snapshotId": ...} of the table afterwards.
"""

import datetime as dt
import hashlib
import json
import pathlib
import random
import sys

import pyarrow as pa
from pyiceberg.catalog import MetastoreCatalog
from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.io import load_file_io
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import CommitTableResponse, Table
from pyiceberg.table.locations import load_location_provider
from pyiceberg.table.metadata import new_table_metadata
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
from pyiceberg.types import LongType

STAMP = pa.timestamp("us")
SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("pickup_date", pa.date32()),
        ("vendor_id", pa.int64()),
        ("pickup_at", STAMP),
        ("dropoff_at", STAMP),
        ("passenger_count", pa.int64()),
        ("trip_distance", pa.float64()),
        ("rate_code_id", pa.int64()),
        ("store_and_fwd_flag", pa.string()),
        ("pickup_location_id", pa.int64()),
        ("dropoff_location_id", pa.int64()),
        ("payment_type", pa.int64()),
        *((name, pa.float64()) for name in (
            "fare_amount", "extra", "mta_tax", "tip_amount", "tolls_amount", "improvement_surcharge", "total_amount",
            "congestion_surcharge", "airport_fee",
        )),
    ]
)

KEY = (
    "vendor_id", "pickup_at", "dropoff_at", "pickup_location_id", "dropoff_location_id", "fare_amount", "total_amount",
)

# What TLC files hold and the rules of silver let through.
QUIRKS = [
    {"fare_amount": -12.5, "total_amount": 3.0},
    {"vendor_id": 6},
    {"vendor_id": 7},
    {"vendor_id": 8},
    {"vendor_id": None},
    {"rate_code_id": 99},
    {"rate_code_id": None, "store_and_fwd_flag": None, "congestion_surcharge": None, "airport_fee": None},
    {"payment_type": 0},
    {"payment_type": 6},
    {"payment_type": None},
    {"pickup_location_id": 264, "dropoff_location_id": 265},
    {"pickup_location_id": None, "dropoff_location_id": 300},
    {"pickup_at": dt.datetime(2002, 12, 31, 23, 59, 59), "dropoff_at": dt.datetime(2003, 1, 1, 0, 9)},
    {"pickup_at": dt.datetime(2098, 9, 11, 2, 23), "dropoff_at": dt.datetime(2098, 9, 11, 2, 52)},
    {"dropoff_at": "pickup_at"},
    {"trip_distance": 0.0, "passenger_count": 0},
    {"trip_distance": 312722.3},
    {"fare_amount": 863372.12, "total_amount": 863380.37},
    {"store_and_fwd_flag": "Y"},
]


def trips(count, seed, month, quirks):
    rng = random.Random(seed)
    start = dt.datetime.fromisoformat(f"{month}-01")
    rows = []
    for number in range(count):
        pickup = start + dt.timedelta(seconds=rng.randrange(28 * 86400))
        fare = round(rng.uniform(3, 80), 2)
        payment = rng.choice([1, 1, 1, 2, 2, 3, 4])
        tip = round(fare * rng.uniform(0, 0.3), 2) if payment == 1 else 0.0
        row = {
            "vendor_id": rng.choice([1, 2]),
            "pickup_at": pickup,
            "dropoff_at": pickup + dt.timedelta(seconds=rng.randrange(60, 5400)),
            "passenger_count": rng.randrange(1, 6),
            "trip_distance": round(rng.uniform(0.3, 20), 2),
            "rate_code_id": rng.choice([1, 1, 1, 2, 3, 4, 5]),
            "store_and_fwd_flag": "N",
            "pickup_location_id": rng.randrange(1, 264),
            "dropoff_location_id": rng.randrange(1, 264),
            "payment_type": payment,
            "fare_amount": fare,
            "extra": 1.0,
            "mta_tax": 0.5,
            "tip_amount": tip,
            "tolls_amount": 0.0,
            "improvement_surcharge": 1.0,
            "total_amount": round(fare + tip + 5.0, 2),
            "congestion_surcharge": 2.5,
            "airport_fee": 0.0,
        }
        if quirks and number < len(QUIRKS):
            row.update(QUIRKS[number])
            if row["dropoff_at"] == "pickup_at":
                row["dropoff_at"] = row["pickup_at"]
        row["pickup_date"] = row["pickup_at"].date()
        row["event_id"] = hashlib.md5("|".join(str(row[name]) for name in KEY).encode()).hexdigest()
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=SCHEMA)


class FileCatalog(MetastoreCatalog, NoopCatalog):
    """One table whose metadata location is in a file: PyIceberg's own catalogs want SQLAlchemy or a server."""

    def __init__(self, directory, **properties):
        super().__init__("lake", **properties)
        self.warehouse = f"file://{directory}/warehouse/silver/trips"
        self.pointer = directory / "location"

    def create_table(self, identifier, schema):
        location = load_location_provider(self.warehouse, {}).new_table_metadata_file_location()
        metadata = new_table_metadata(
            self._convert_schema_if_needed(schema), UNPARTITIONED_PARTITION_SPEC, UNSORTED_SORT_ORDER, self.warehouse
        )
        self._write_metadata(metadata, load_file_io(self.properties, location), location)
        self.pointer.write_text(location)
        return self.load_table(identifier)

    def load_table(self, identifier):
        location = self.pointer.read_text()
        io = load_file_io(self.properties, location)
        metadata = FromInputFile.table_metadata(io.new_input(location))
        return Table(tuple(identifier), metadata, location, io, self)

    def commit_table(self, table, requirements, updates):
        current = self.load_table(table.name())
        staged = self._update_and_stage_table(current, table.name(), requirements, updates)
        self._write_metadata(staged.metadata, staged.io, staged.metadata_location)
        self.pointer.write_text(staged.metadata_location)
        return CommitTableResponse(metadata=staged.metadata, metadata_location=staged.metadata_location)


def open_table(directory):
    directory.mkdir(parents=True, exist_ok=True)
    catalog = FileCatalog(directory)
    if catalog.pointer.exists():
        return catalog.load_table(("silver", "trips"))
    table = catalog.create_table(("silver", "trips"), SCHEMA)
    with table.update_spec() as update:
        update.add_identity("pickup_date")
    return table


def main():
    table = open_table(pathlib.Path(sys.argv[1]))
    for step in json.load(sys.stdin):
        if "append" in step:
            rows = trips(step["append"], step["seed"], step.get("month", "2024-01"), step.get("quirks", False))
            table.append(rows)
        elif "deleteWhere" in step:
            table.delete(step["deleteWhere"])
        elif "extraColumn" in step:
            with table.update_schema() as update:
                update.add_column(step["extraColumn"], LongType())
        else:
            raise SystemExit(f"unknown step {step}")
    snapshot = table.current_snapshot()
    rows = int(snapshot.summary["total-records"]) if snapshot else 0
    json.dump(
        {
            "metadataLocation": table.metadata_location,
            "rows": rows,
            "snapshotId": str(snapshot.snapshot_id) if snapshot else None,
        },
        sys.stdout,
    )


main()
