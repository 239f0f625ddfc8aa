#!/bin/sh
# build.sh AZURE_FS_JAR KAFKA_CLIENTS_JAR OUTPUT_JAR: compiles the two classes against the jars that they will run with.
# The result goes to plugins/azure-fs-hadoop and to lib of Flink's image. Needs a JDK of 17 or newer.
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
javac --release 17 -Xlint:all,-classfile,-processing -cp "$1:$2" -d "$classes" "$here"/tidegate/azure/*.java
jar --create --file "$3" --date=1980-01-01T00:00:02Z -C "$classes" tidegate
