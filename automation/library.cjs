// The package's entry for programs that cannot load TypeScript by themselves.
"use strict";
require("./toolchain/loader.cjs");
module.exports = require("./library.ts");
