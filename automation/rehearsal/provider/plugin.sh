#!/bin/sh
# Started as pulumi-resource-NAME, through a link of that name beside it. The engine starts it with a working directory of
# its own choosing: everything is found from where it lies.
here=$(cd "$(dirname "$0")" && pwd -P)
name=${0##*/pulumi-resource-}
exec node --require "$here/../../toolchain/loader.cjs" "$here/main.ts" "$name" "$@"
