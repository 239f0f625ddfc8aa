"""The extensions of the clouds, beside those that DuckDB has on every machine: install_more.py DIRECTORY WHEELS."""

import sys

import duckdb

directory, wheels = sys.argv[1:]
names = ("aws", "azure")
connection = duckdb.connect(config={"extension_directory": directory})
for name in names:
    file = f"{wheels}/duckdb_extension_{name}/extensions/v{duckdb.__version__}/{name}.duckdb_extension"
    connection.execute(f"INSTALL '{file}'")
for name in names:
    connection.execute(f"LOAD {name}")
