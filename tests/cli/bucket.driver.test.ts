/** Somebody's Pulumi projects with their state and their ledger in a bucket, on a real S3 server and the real engine. */
import assert from "node:assert/strict";
import { Example } from "../_helpers/example";
import { Seaweed } from "../_helpers/seaweed";

describe("stacks whose state is in a bucket", () => {
    let server: Seaweed;
    let example: Example;
    /** Red before anything is deployed, where RED is set. */
    const gates = { preflight: [{ name: "not-red", run: 'test -z "$RED"' }] };
    before(async () => {
        server = await Seaweed.start();
        await server.bucket("states");
        await server.keepLocks("states", "acme/", "network", "prod");
        example = Example.create("services");
        example.edit("tidegate.yaml", /(project: network\n)/, `$1    gates: ${JSON.stringify(gates)}\n`);
        example.edit(
            "tidegate.yaml",
            'prod: { backend: "file://state" }',
            `prod: { backend: "${server.url("states", "acme")}" }`,
        );
    });
    after(async () => {
        example.remove();
        await server.stop();
    });
    const run = (...args: string[]) => example.run(args, server.variables);
    const keys = async (prefix: string): Promise<string[]> =>
        (await server.client().list("states", prefix)).map(({ key }) => key);

    it("have their ledger beside it, by which anybody's next run knows what has not changed", async () => {
        const { code, stdout, stderr } = await run("up", "prod", "--only", "network");
        assert.equal(code, 0, stdout + stderr);
        assert.equal((await keys("acme/.pulumi/stacks/")).filter((key) => key.endsWith(".json")).length, 1);
        const written = await keys("acme/.tidegate/prod/ledger/");
        assert.ok(written.includes("acme/.tidegate/prod/ledger/digest.key"), written.join("\n"));
        assert.equal(written.filter((key) => key.includes("/runs/")).length, 5, written.join("\n"));
        assert.equal(example.ledger(), "", "there is another beside the graph");

        // As on another machine: nothing of the first run is left here but the projects.
        example.forget();
        const again = await run("up", "prod", "--only", "network");
        assert.equal(again.code, 0, again.stdout + again.stderr);
        assert.equal(
            again.stdout.match(/unchanged since run \S+: its deployment is skipped/g)?.length,
            1,
            again.stdout,
        );
        assert.ok(!(stdout + stderr + again.stdout).includes(server.variables.AWS_SECRET_ACCESS_KEY));
    });

    it("have a history, and are resumed where a run did not end green", async () => {
        const failed = await example.run(["up", "prod", "--only", "network"], { ...server.variables, RED: "1" });
        assert.equal(failed.code, 1, failed.stdout);
        const { stdout } = await run("history", "prod");
        assert.deepEqual(stdout.match(/\b(green|red)\b/g), ["red", "green", "green"], stdout);
        const shown = await run("show", "last", "-e", "prod");
        assert.match(shown.stdout, /network: failed/);
        const resumed = await run("resume", "prod");
        assert.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
        assert.match(resumed.stdout, /resuming \S+, which ended red/);
    });

    it("are not touched where the bucket does not take what is about to be done", async () => {
        const { code, stderr } = await example.run(["up", "prod"], {
            ...server.variables,
            AWS_SECRET_ACCESS_KEY: "0123456789abcdef0123456789abcdef01234567",
        });
        assert.equal(code, 1, stderr);
        assert.match(
            stderr,
            /s3:\/\/states\/acme\/\.tidegate\/prod\/ledger at \S+ does not let us [^]*\[ledger-denied\]/,
        );
    });
});
