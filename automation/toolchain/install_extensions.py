"""Fills DuckDB's extension directory from the wheels duckdb-extension-*: install_extensions.py DIRECTORY WHEELS.

INSTALL copies the file and writes the record beside it that LOAD wants; LOAD then checks DuckDB's own signature.
"""

import sys

import duckdb

directory, wheels = sys.argv[1:]
names = ("avro", "httpfs", "iceberg")
connection = duckdb.connect(config={"extension_directory": directory})
for name in names:
    file = f"{wheels}/duckdb_extension_{name}/extensions/v{duckdb.__version__}/{name}.duckdb_extension"
    connection.execute(f"INSTALL '{file}'")
for name in names:
    connection.execute(f"LOAD {name}")
