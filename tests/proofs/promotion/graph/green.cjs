// The gate: green where nothing that runs of the stack says that it is red here, and the environment has no bad day (`unwell`).
const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const { SIM_CLOUD: cloud, TIDEGATE_ENVIRONMENT: environment, TIDEGATE_STACK: stack } = process.env;
const texts = readdirSync(cloud)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(cloud, name), "utf8")))
    .filter(({ urn }) => urn.split("::")[1] === stack)
    .map(({ inputs }) => inputs.size);
const wrong = texts.find((text) => text.includes(`-- red in ${environment}\n`));
const unwell = existsSync(join(cloud, "unwell"));
if (wrong !== undefined) console.log(`it does not work here: ${wrong.split("\n")[0]}`);
if (unwell) console.log(`${environment} is unwell`);
process.exit(wrong !== undefined || unwell || texts.length === 0 ? 1 : 0);
