/** A migration on the real engine, against simulated clouds: stopped between two moves, gone on with, and then nothing is left to do. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { environmentSchema } from "../../stacks/environment";
import { outcomeOf, type Outcome } from "../_helpers/checkout";
import { Place, said, saying } from "./run";

const file = (storage: string, more: string) => `name: lake
state: { secretsProvider: "hashivault://tidegate" }
${more}
tags: { team: lakehouse }
protectData: false
storage: ${storage}
`;
const from = file(
    "{ profile: s3 }",
    `aws: { accountId: "123456789012", region: eu-west-1 }
broker: { profile: external, bootstrapServers: "one.kafka.example.com:9094", securityProtocol: SSL }`,
);
const broker = `gcp: { project: example-lakehouse, region: europe-west1 }
broker: { profile: external, bootstrapServers: "two.kafka.example.com:9094", securityProtocol: SSL }`;
const to = file("{ profile: gcs, recovery: softDelete }", broker);
const anew = file("{ profile: gcs, recovery: softDelete, hierarchicalNamespace: true }", broker);

describe("tidegate migrate", () => {
    let place: Place;
    before(() => {
        place = new Place().withFile(from);
    });
    after(() => {
        const processes = place.processes();
        place.remove();
        assert.deepEqual(processes, []);
    });

    const write = (name: string, text: string): string => {
        const path = join(place.root, `${name}.yaml`);
        writeFileSync(path, text);
        return path;
    };
    const command = (...args: readonly string[]): string[] => [
        ...["migrate", "--from", place.file, "--to", write("to", to)],
        ...args,
    ];
    const migrate = (...args: readonly string[]): Promise<Outcome> => place.tidegate(command(...args));
    const both = ["--rehearse", "--lose", "storage", "--lose", "broker"];
    const inRehearsal = (environment: string) => ({
        TIDEGATE_REHEARSAL: place.directory,
        TIDEGATE_ENVIRONMENT_FILE: environment,
    });
    const types = (): string[] => [...new Set(place.cloud.all().map(({ type }) => type.split(":")[0] ?? ""))].sort();

    it("touches nothing before what would be lost is given up", async () => {
        const outcome = await migrate("--rehearse", "--lose", "storage");
        assert.equal(outcome.code, 6, said(outcome));
        assert.match(outcome.stderr, /Move 2 loses data of the broker: events and dead letters in topics/);
        assert.match(outcome.stderr, /\[migration-loses-data\]/);
        assert.ok(!existsSync(place.directory));
    });

    it("is killed in the midst of a move, and leaves what the same command goes on with", async () => {
        const child = place.start(command(...both));
        const ended = outcomeOf(child);
        await saying(child, /move 1 of 2[\s\S]*create Bucket storage-warehouse/);
        process.kill(child.pid ?? assert.fail(), "SIGKILL");
        await ended;
        assert.deepEqual(types(), ["aws", "gcp"]);
    });

    it("goes on with the move, and stops after it, green as a whole", async () => {
        const outcome = await migrate(...both, "--moves", "1");
        assert.doesNotMatch(outcome.stdout, /what it is moved from/);
        assert.equal(outcome.code, 0, said(outcome));
        assert.match(outcome.stdout, /1 of 2 moves are done\. `npx tidegate migrate .*--rehearse` goes on/);
        assert.deepEqual(types(), ["gcp"], "the storage of AWS was to go");
        const left = environmentSchema.parse(
            parse(readFileSync(join(place.directory, "migration", "move-1.yaml"), "utf8")),
        );
        assert.equal(left.storage?.profile, "gcs");
        assert.ok(left.broker?.profile === "external" && left.broker.bootstrapServers.startsWith("one."));
    });

    it("is not gone on with by other files, nor by an up of all of it", async () => {
        const other = write("other", to.replace("two.kafka", "three.kafka"));
        const changed = await place.tidegate(
            ["migrate", "--from", place.file, "--to", other, "--lose", "storage", "--lose", "broker"],
            inRehearsal(place.file),
        );
        assert.equal(changed.code, 6, said(changed));
        assert.match(changed.stderr, /in the middle of another migration.*1 of 2 moves are done/);
        assert.match(changed.stderr, /\[migration-changed\]/);
        const whole = await place.tidegate(["up", "lake"], inRehearsal(join(place.root, "to.yaml")));
        assert.equal(whole.code, 6, said(whole));
        assert.match(whole.stderr, /1 of 2 moves are done: .*to\.yaml would be rolled out at one time/);
    });

    it("is one where two go on at once: the other is refused. It goes to the very file, and nothing is left to do", async () => {
        const goOn = () => place.tidegate(command("--lose", "storage", "--lose", "broker"), inRehearsal(place.file));
        const outcomes = await Promise.all([goOn(), goOn()]);
        const [won, refused] = outcomes.sort((a, b) => (a.code ?? -1) - (b.code ?? -1));
        assert.ok(won !== undefined && refused !== undefined);
        assert.deepEqual([won.code, refused.code], [0, 4], outcomes.map(said).join("\n"));
        assert.match(refused.stderr, /\[(environment-busy|migration-overtaken)\]/);
        assert.match(won.stdout, /1 of 2 moves are done: it goes on from there/);
        assert.match(won.stdout, /lake is what .*to\.yaml says/);
        assert.deepEqual(types(), ["gcp"]);
        const again = await place.tidegate(["up", "lake"], inRehearsal(join(place.root, "to.yaml")));
        assert.equal(again.code, 0, said(again));
        for (const layer of ["storage", "broker"])
            assert.match(again.stdout, new RegExp(`${layer} +unchanged since run .*skipped`));
    });

    it("refuses before anything is touched what the plan did not know to lose data", async () => {
        const buckets = place.cloud.all("gcp:storage/bucket:Bucket").map(({ id }) => id);
        const next = write("anew", anew);
        const outcome = await place.tidegate(
            ["migrate", "--from", join(place.root, "to.yaml"), "--to", next],
            inRehearsal(next),
        );
        assert.equal(outcome.code, 6, said(outcome));
        assert.match(outcome.stdout, /replace storage\/gcp:storage\/bucket:Bucket/);
        assert.match(outcome.stdout, /over-budget/);
        assert.deepEqual(
            place.cloud.all("gcp:storage/bucket:Bucket").map(({ id }) => id),
            buckets,
        );
        // It would roll out the whole file at once.
        const resumed = await place.tidegate(["resume", "lake"], inRehearsal(next));
        assert.equal(resumed.code, 2, said(resumed));
        assert.match(resumed.stderr, /was a move of a migration.*\n.*`npx tidegate migrate .*` goes on with it/);
    });
});
