/** The class of Flink's image that makes topics, compiled against Kafka's client, on the broker of a real platform. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KafkaAdmin } from "../../automation/clients/kafkaAdmin";
import { repositoryRoot } from "../../automation/core/repository";
import { locateTools } from "../../automation/toolchain";
import { platformContracts } from "../_helpers/platform";

const given = platformContracts();
const source = join(repositoryRoot, "images", "flink", "topics", "tidegate", "KafkaTopics.java");

describe(`images/flink/topics${given ? "" : " (skipped: TIDEGATE_TEST_PLATFORM is not set)"}`, function () {
    this.timeout(60_000);
    const directory = mkdtempSync(join(tmpdir(), "tidegate-topics-"));
    const topic = `tidegate.test.${randomBytes(6).toString("hex")}`;
    let classPath: string;
    let admin: KafkaAdmin;

    /** Exit code and what it says, of one run. */
    function bring(...lines: string[]): readonly [number | null, string] {
        const { bootstrapServers = "" } = given?.broker ?? {};
        const [client, topics] = ["client.properties", "topics"].map((name) => join(directory, name)) as [
            string,
            string,
        ];
        writeFileSync(client, `bootstrap.servers=${bootstrapServers}\n`);
        writeFileSync(topics, lines.map((line) => `${line}\n`).join(""));
        const { status, stdout, stderr } = spawnSync(
            "java",
            ["-cp", classPath, "tidegate.KafkaTopics", client, topics],
            { encoding: "utf8" },
        );
        const said = `${stdout}${stderr}`.split("\n").filter((line) => line.startsWith(topic));
        return [status, said.map((line) => line.slice(topic.length + 2)).join("; ")];
    }

    before(async function () {
        // With a runtime alone there is nothing to compile it with.
        if (given === undefined || given.broker.securityProtocol !== "PLAINTEXT") return this.skip();
        if (spawnSync("javac", ["-version"]).error !== undefined) return this.skip();
        const kafka = join((await locateTools()).kafka.libs, "*");
        const made = spawnSync("javac", ["--release", "17", "-proc:none", "-cp", kafka, "-d", directory, source], {
            encoding: "utf8",
        });
        assert.equal(made.status, 0, made.stderr);
        classPath = `${directory}:${kafka}`;
        admin = new KafkaAdmin(given.broker);
    });
    after(async () => {
        rmSync(directory, { recursive: true, force: true });
        if (admin === undefined) return;
        await admin.delete(topic);
        await admin.close();
    });

    it("makes a topic that is missing, once", async () => {
        const line = `${topic} 2 cleanup.policy=delete retention.ms=3600000`;
        assert.deepEqual(bring(line), [0, "created with 2 partitions"]);
        assert.deepEqual(bring(line), [0, "as it should be"]);
        const made = await admin.describe(topic);
        assert.deepEqual([made?.partitions, made?.config["retention.ms"]], [2, "3600000"]);
    });

    it("adds partitions and changes settings, and leaves others alone", async () => {
        assert.deepEqual(bring(`${topic} 3 retention.ms=7200000`), [
            0,
            "2 partitions became 3; changed {retention.ms=7200000}",
        ]);
        const made = await admin.describe(topic);
        assert.deepEqual(
            [made?.partitions, made?.config["retention.ms"], made?.config["cleanup.policy"]],
            [3, "7200000", "delete"],
        );
    });

    it("takes no partition away, changes nothing that is said once, and says so", async () => {
        const [few, why] = bring(`${topic} 1 retention.ms=1`);
        assert.equal(few, 1);
        assert.match(why, /has 3 partitions instead of 1/);
        const [compacted, because] = bring(`${topic} 4 cleanup.policy=compact`);
        assert.equal(compacted, 1);
        assert.match(because, /cleanup\.policy is another one/);
        const made = await admin.describe(topic);
        assert.deepEqual([made?.partitions, made?.config["retention.ms"]], [3, "7200000"]);
    });
});
