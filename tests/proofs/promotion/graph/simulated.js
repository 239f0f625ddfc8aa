// A resource of the simulated cloud that is made of a text: who looks into the cloud sees which text runs there.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const pulumi = require("./pulumi.cjs");

class Simulated extends pulumi.CustomResource {
    constructor(type, name, inputs) {
        super(`sim:index:${type}`, name, { ...inputs, address: undefined });
    }
}

module.exports = { Simulated, textOf: (folder, file) => readFileSync(join(folder, file), "utf8") };
