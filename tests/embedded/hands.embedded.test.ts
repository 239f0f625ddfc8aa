import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { topicOffsets } from "../../automation/clients/kafka";
import { localLayers as layers } from "../_helpers/localLayers";
import { Checkout } from "../_helpers/checkout";
import { Rollout, sharedPlatform } from "../_helpers/platform";
import { smaller } from "../_helpers/smaller";
import { Lake } from "./lake";

const saltOf = (checkout: Checkout, layer: string): string => {
    const file = join(checkout.directory, "stacks", `Pulumi.local-${layer}.yaml`);
    return z.object({ encryptionsalt: z.string() }).parse(parse(readFileSync(file, "utf8"))).encryptionsalt;
};

const checkpoint = z.object({
    checkpoint: z.object({
        latest: z.object({ secrets_providers: z.object({ state: z.object({ salt: z.string() }) }) }),
    }),
});

function saltOfState(checkout: Checkout, layer: string): string {
    const file = join(checkout.dataDirectory, "state", ".pulumi", "stacks", "tidegate", `local-${layer}.json`);
    const { latest } = checkpoint.parse(JSON.parse(readFileSync(file, "utf8"))).checkpoint;
    return latest.secrets_providers.state.salt;
}

describe("the driver, plain `pulumi`, and the driver again, in a fresh clone", () => {
    const { local, broker, ...platform } = sharedPlatform();
    const lake = new Lake(platform);
    let clone: Checkout;
    before(() => {
        clone = Checkout.create(smaller, local.dataRoot);
    });
    after(() => clone.remove({ down: false }));

    const byHand = async (command: string): Promise<void> => {
        const each = layers.map((layer) => `pulumi ${command} --expect-no-changes --non-interactive -s local-${layer}`);
        const { code, stdout, stderr } = await clone.shell(each.join("; "));
        assert.equal(code, 0, `${stdout}${stderr}`);
        // One summary for each stack: a loop over nothing would be green too.
        assert.equal(stdout.match(/^ +\d+ unchanged/gm)?.length, layers.length, stdout);
    };
    /** What a second run must leave as it was. */
    const data = async () => {
        const [bronze, silver] = [await lake.table("bronze", "raw_trips"), await lake.table("silver")];
        const { events, deadLetters } = broker.topics;
        return {
            bronze: [bronze.currentSnapshot?.id, bronze.metadataLocation],
            silver: [silver.currentSnapshot?.id, silver.metadataLocation],
            events: await topicOffsets(broker, events),
            deadLetters: await topicOffsets(broker, deadLetters),
        };
    };

    it("find the same salt, without which every secret would be a change", async () => {
        assert.deepEqual(clone.stackFiles(), []);
        const { code, stderr } = await clone.shell("true");
        assert.equal(code, 0, stderr);
        for (const layer of layers) {
            assert.equal(saltOf(clone, layer), saltOfState(local, layer), layer);
            assert.equal(saltOf(local, layer), saltOfState(local, layer), layer);
        }
    });

    it("find nothing to do by `pulumi preview`", () => byHand("preview"));

    it("find no drift by `pulumi refresh`", () => byHand("refresh --yes --skip-preview"));

    it("change nothing by `pulumi up`", () => byHand("up --yes --skip-preview"));

    it("change nothing by `tidegate up`: no resource, no snapshot, no record", async () => {
        const before = await data();
        const { code, stdout, stderr } = await clone.run(["up", "--json"]);
        const rollout = new Rollout(stdout);
        assert.equal(code, 0, JSON.stringify(rollout.of("problem")) + stderr);
        assert.deepEqual(rollout.changed, []);
        const unchanged = rollout.of("note").filter(({ text }) => text === "no change");
        assert.deepEqual(unchanged.map(({ layer }) => layer).sort(), [...layers].sort());
        assert.deepEqual(await data(), before);
        for (const layer of layers) assert.equal(saltOf(clone, layer), saltOfState(local, layer), layer);
    });

    it("change nothing by `tidegate run flink`", async () => {
        const before = await data();
        const { code, stdout, stderr } = await clone.run(["run", "flink", "--json"]);
        assert.equal(code, 0, stderr);
        const { jobs } = z.object({ jobs: z.array(z.object({ state: z.string() })) }).parse(JSON.parse(stdout));
        assert.deepEqual(
            jobs.map(({ state }) => state),
            ["SKIPPED", "SKIPPED"],
        );
        assert.deepEqual(await data(), before);
    });
});

describe("plain `pulumi` in a shell that is not set up", () => {
    it("is refused, and told what to do", async () => {
        const checkout = Checkout.create();
        const elsewhere = mkdtempSync(join(tmpdir(), "tidegate-backend-"));
        try {
            const { code, stdout, stderr } = await checkout.bash(
                "node automation/cli/tidegate.mjs exec -- bash -c 'pulumi stack init local-storage && pulumi up --yes --skip-preview'",
                {
                    PULUMI_BACKEND_URL: `file://${elsewhere}`,
                    PULUMI_CONFIG_PASSPHRASE: "elsewhere",
                    PULUMI_HOME: elsewhere,
                },
            );
            assert.notEqual(code, 0);
            const text = `${stdout}${stderr}`;
            assert.match(
                text,
                /Stack 'local-storage' belongs to the backend file:\/\/\S+\/state, but this is file:\/\//,
            );
            assert.match(text, /eval "\$\(npx tidegate env local\)"/);
            assert.doesNotMatch(text, /\n\s+at .+:\d+:\d+\)/, "there is a stack trace");
        } finally {
            await checkout.remove({ down: false });
            rmSync(elsewhere, { recursive: true, force: true });
        }
    });
});
