// The graph's `lookup`: finds a network by its tag, and a bucket by its name; a key by nothing.
const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const { urn, type } = JSON.parse(readFileSync(process.env.TIDEGATE_PENDING, "utf8"));
const cloud = process.env.SIM_CLOUD;
if (type === "sim:index:Key") process.exit(0);
const found = readdirSync(cloud)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(cloud, name), "utf8")))
    .filter((one) => one.urn === urn);
if (found.length > 1) console.log(`there are ${found.length} of it`);
else console.log(JSON.stringify(found.length === 1 ? { id: found[0].id } : { absent: true }));
