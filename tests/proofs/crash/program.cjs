// One program for all stacks of the graph: a few resources, which read what the stacks before have given.
const pulumi = require("../../_helpers/pulumi.cjs");

class Simulated extends pulumi.CustomResource {
    constructor(type, name, inputs, options) {
        super(`sim:index:${type}`, name, { ...inputs, address: undefined }, options);
    }
}

const stack = pulumi.getStack();
const { upstream, resources } = JSON.parse(process.env.SIM_STACKS)[stack];
const size = upstream.length + 1;
const read = pulumi.all(
    upstream.map((name) => new pulumi.StackReference(`organization/simulated/${name}`).requireOutput("addresses")),
);
const made = resources.map(([type, name], index) => {
    const seen = read.apply((addresses) => addresses.flat().length);
    return new Simulated(type, `${stack}-${name}`, {
        size,
        ...(type === "Bucket" ? { zone: process.env.SIM_ZONE ?? "a" } : {}),
        ...(index % 2 === 0 ? { seen } : {}),
    });
});
module.exports = { addresses: made.map((one) => one.address) };
