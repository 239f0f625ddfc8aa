// Registers what `resources.json` beside Pulumi.yaml lists: { name, type, protect, values }. In values `${name.property}`
// is an output of another one, and `{ secret }` a value that is marked.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const pulumi = require("@pulumi/pulumi");

const { resources, outputs = {} } = JSON.parse(readFileSync(join(process.cwd(), "resources.json"), "utf8"));
const made = new Map();

function resolved(value) {
    if (typeof value === "string") {
        const [, name, property] = /^\$\{([^.}]+)\.([^}]+)\}$/.exec(value) ?? [];
        return name === undefined ? value : made.get(name)[property];
    }
    if (Array.isArray(value)) return value.map(resolved);
    if (typeof value !== "object" || value === null) return value;
    if (Object.keys(value).join() === "secret") return pulumi.secret(value.secret);
    if (Object.keys(value).join() === "configured") return new pulumi.Config().requireSecret(value.configured);
    if (Object.keys(value).join() === "unmarked")
        return pulumi.unsecret(new pulumi.Config().requireSecret(value.unmarked));
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolved(member)]));
}

for (const { name, type, protect, values } of resources) {
    // What others may ask of it.
    const outs = { bucket: undefined, arn: undefined, name: undefined };
    // This repository's own components; no provider has them.
    const { CustomResource, ComponentResource } = pulumi;
    const Kind = type.startsWith("tidegate:") ? ComponentResource : CustomResource;
    made.set(name, new Kind(type, name, { ...outs, ...resolved(values) }, { protect }));
}
module.exports = resolved(outputs);
