import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { environmentSchema, loadEnvironment } from "../../stacks/environment";
import { environmentJsonSchema } from "../../stacks/schema";
import { repositoryRoot } from "../../automation/core/repository";

describe("environment file", () => {
    let directory: string;
    before(async () => void (directory = await mkdtemp(join(tmpdir(), "tidegate-"))));
    after(() => rm(directory, { recursive: true }));

    const local = () => readFile(join(repositoryRoot, "stacks", "local.yaml"), "utf8");
    async function load(change: (text: string) => string, name = "local") {
        const file = join(directory, `${name}.yaml`);
        await writeFile(file, change(await local()));
        return loadEnvironment(name, { TIDEGATE_ENVIRONMENT_FILE: file, TIDEGATE_DATA: "/data" });
    }

    it("stacks/local.yaml is valid; state and passphrase lie in its data directory", async () => {
        const environment = await loadEnvironment("local", { TIDEGATE_DATA: "/data" });
        assert.equal(environment.dataDirectory, "/data/local");
        assert.equal(environment.backendUrl, "file:///data/local/state");
        assert.equal(environment.passphraseFile, "/data/local/passphrase");
    });

    it("lets as many dead letters pass as its generator breaks events, and no more", async () => {
        const { events, gates } = await loadEnvironment("local", {});
        assert.equal(gates.deadLettersMax, Math.floor(events.count * events.shares.broken));
    });

    it("keeps data under XDG_DATA_HOME, else under the home directory", async () => {
        assert.equal((await loadEnvironment("local", { XDG_DATA_HOME: "/x" })).dataDirectory, "/x/tidegate/local");
        assert.match((await loadEnvironment("local", {})).dataDirectory, /\.local\/share\/tidegate\/local$/);
    });

    it("ends each mistake and what to do about it with one dot", async () => {
        const text = await readFile(join(repositoryRoot, "stacks", "devgcp.yaml"), "utf8");
        const file = parse(text) as { broker: object };
        const result = environmentSchema.safeParse({ ...file, broker: { ...file.broker, vcpus: 3, memoryGb: 100 } });
        const messages = result.error?.issues.map(({ message }) => message) ?? [];
        assert.deepEqual(messages, [
            "Google's Managed Kafka has 1 to 8 GiB of memory for each vCPU: 100 GiB do not fit 3 vCPUs. Set broker.memoryGb to between 3 and 24.",
        ]);
    });

    const refused: [what: string, change: (text: string) => string, expected: RegExp][] = [
        ["a secure value", (text) => `${text}\npassword:\n  secure: v1:abc`, /has no key 'password'/],
        [
            "more parallelism than slots",
            (text) => text.replace("parallelism: 2", "parallelism: 9"),
            /runtime\.parallelism.*at most runtime\.taskSlots \(8\)/,
        ],
        [
            "one port twice",
            (text) =>
                text
                    .replace("storage: { profile: embedded }", "storage: { profile: embedded, ports: { s3: 9000 } }")
                    .replace("security: plaintext", "security: plaintext, ports: { broker: 9000 }"),
            /one port is given twice/,
        ],
        [
            "a name that is not the file's",
            (text) => text.replace("name: local", "name: other"),
            /says 'name: other', but the environment is 'local'/,
        ],
        [
            "a privileged port",
            (text) =>
                text.replace("storage: { profile: embedded }", "storage: { profile: embedded, ports: { s3: 80 } }"),
            /storage\.ports\.s3.*1024/,
        ],
    ];
    for (const [what, change, expected] of refused) {
        it(`refuses ${what}`, async () => {
            await assert.rejects(load(change), expected);
        });
    }

    it("refuses the Hadoop catalog outside local", async () => {
        const text = (await local()).replace("name: local", "name: shared").replace("type: rest", "type: hadoop");
        await assert.rejects(
            load(() => text, "shared"),
            /'hadoop' is not safe for several writers/,
        );
    });

    it("names the file that is not there", async () => {
        await assert.rejects(loadEnvironment("nowhere", {}), /no environment 'nowhere': .*stacks\/nowhere\.yaml/);
    });

    it("has a JSON Schema for editors that is up to date", async () => {
        const committed: unknown = JSON.parse(
            await readFile(join(repositoryRoot, "stacks", "environment.schema.json"), "utf8"),
        );
        assert.deepEqual(committed, JSON.parse(JSON.stringify(environmentJsonSchema())), "run `npm run schema`");
        assert.ok(z.toJSONSchema(environmentSchema, { io: "input" }));
    });
});
