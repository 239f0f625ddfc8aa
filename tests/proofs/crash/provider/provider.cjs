// A cloud in a folder, SIM_CLOUD: one file for each resource. It knows what makes a crash dangerous: ids are random, some
// types allow two of a name, an answer comes some time after the thing is there.
//   sim:index:Bucket   its name is unique, and its id; a second create of one name is refused
//   sim:index:Network  no name; found again by its tag
//   sim:index:Key      no name and no tag: nobody but a person can find it again
// While there is a file `hold` in the cloud, a create makes its resource and never answers; while there is `hold-before`,
// it does not even make it. While there is `pause`, it makes it, and answers once the file is gone.
const { randomBytes, createHash } = require("node:crypto");
const { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { setTimeout: delay } = require("node:timers/promises");
// Not the whole SDK: it is started for every operation.
const provider = require("@pulumi/pulumi/provider");

const cloud = process.env.SIM_CLOUD;
const latencyMs = Number(process.env.SIM_LATENCY_MS ?? "60");
mkdirSync(cloud, { recursive: true });

const typeOf = (urn) => urn.split("::")[2].split("$").pop();
const fileOf = (id) => join(cloud, `${createHash("sha256").update(id).digest("hex").slice(0, 24)}.json`);

/** Whole or not at all, as a cloud's own transaction is. */
function put(id, content) {
    const draft = `${fileOf(id)}.${process.pid}.part`;
    writeFileSync(draft, JSON.stringify({ id, ...content }));
    renameSync(draft, fileOf(id));
}

const get = (id) => (existsSync(fileOf(id)) ? JSON.parse(readFileSync(fileOf(id), "utf8")) : undefined);

const latency = () => delay(latencyMs * (0.5 + Math.random()));

async function held(name) {
    if (!existsSync(join(cloud, name))) return;
    writeFileSync(join(cloud, `${name}-reached-${randomBytes(4).toString("hex")}`), "");
    await new Promise(() => setInterval(() => {}, 1000));
}

async function paused() {
    if (!existsSync(join(cloud, "pause"))) return;
    writeFileSync(join(cloud, `pause-reached-${randomBytes(4).toString("hex")}`), "");
    while (existsSync(join(cloud, "pause"))) await delay(20);
}

provider.main(
    {
        version: "1.0.0",
        getSchema: async () => "{}",
        async check(urn, olds, news) {
            const name = urn.split("::").pop();
            const made = `${name}-${randomBytes(4).toString("hex")}`;
            const named = typeOf(urn) === "sim:index:Bucket" ? { name: olds?.name ?? made } : {};
            return { inputs: { ...news, ...named }, failures: [] };
        },
        async diff(_id, _urn, olds, news) {
            const replaces = olds.zone === news.zone ? [] : ["zone"];
            return { changes: olds.size !== news.size || replaces.length > 0, replaces, stables: [] };
        },
        async create(urn, inputs) {
            const type = typeOf(urn);
            await latency();
            await held("hold-before");
            const id =
                type === "sim:index:Bucket"
                    ? inputs.name
                    : `${type.split(":").pop()}-${randomBytes(8).toString("hex")}`;
            if (get(id) !== undefined) throw new Error(`AlreadyExists: ${id}`);
            put(id, { type, urn, inputs });
            await held("hold");
            await paused();
            await latency();
            return { id, outs: { ...inputs, address: `sim://${id}` } };
        },
        async update(id, urn, _olds, inputs) {
            await latency();
            put(id, { type: typeOf(urn), urn, inputs });
            return { outs: { ...inputs, address: `sim://${id}` } };
        },
        async read(id, urn, props) {
            const found = get(id);
            return found?.type !== typeOf(urn)
                ? {}
                : { id, props: { ...props, ...found.inputs, address: `sim://${id}` } };
        },
        async delete(id) {
            await latency();
            rmSync(fileOf(id), { force: true });
        },
    },
    process.argv.slice(2),
);
