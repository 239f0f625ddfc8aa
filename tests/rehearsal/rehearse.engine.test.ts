/** Rehearsals on the real engine, by the command line. Two run at a time: each waits for the engine most of its time. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import { parse, stringify } from "yaml";
import { repositoryRoot } from "../../automation/core/repository";
import { tagValueOf, urnTag } from "../../automation/engine/urnTag";
import { outcomeOf, type Outcome } from "../_helpers/checkout";
import { allPhases, canary, environments, green, Place, resultOf, said, saying, stackFiles, type Result } from "./run";

const key = "aws:kms/key:Key";
const alias = "aws:kms/alias:Alias";

describe("tidegate rehearse", () => {
    const limit = pLimit(2);
    const places: Place[] = [];
    const filesBefore = stackFiles();

    const place = (file?: string): Place => {
        const made = new Place(file);
        places.push(made);
        return made;
    };
    /** Its phases and how often each was gone on with. */
    const attempts = ({ phases }: Result): Record<string, number> =>
        Object.fromEntries(phases.map((one) => [one.phase, one.attempts]));
    /** Begun when the suite is, two at a time, in this order. */
    const begin = (where: Place, ...args: readonly string[]): Promise<Outcome> => limit(() => where.rehearse(args));

    const jobs = new Map<string, Promise<Outcome>>();
    const [kept, faulty, quota, chaos1, chaos2] = Array.from({ length: 5 }, () => place());
    assert.ok(kept && faulty && quota && chaos1 && chaos2);
    const moved = place(join(environments, "confluent.yaml"));

    before(() => {
        jobs.set("kept", begin(kept, "--keep"));
        const hard = faulty.plan(
            { kind: "throttle", type: "aws:s3/bucket:Bucket", times: 3 },
            { kind: "fail", type: "aws:s3/bucketPolicy:*", nth: 2 },
            { kind: "crash", type: key },
            // Of a type of which there may be two of the same, and of one whose name would be taken.
            { kind: "lost-answer", type: key, nth: 2 },
            { kind: "lost-answer", type: alias },
            { kind: "slow", type: "*", seconds: 100 },
            { kind: "eventual", type: "aws:s3/bucket:Bucket", name: "*-logs", seconds: 0.3 },
            { kind: "fail", type: "aws:kms/*", operation: "update" },
            { kind: "lost-answer", type: "aws:s3/bucketVersioning:*", operation: "delete" },
            { kind: "fail", type: key, name: "storage-kye" },
        );
        jobs.set("faulty", begin(faulty, "--json", "--faults", hard));
        const few = quota.plan({ kind: "quota", type: "aws:s3/bucket:Bucket", limit: 2 });
        jobs.set("quota", begin(quota, "--json", "--faults", few));
        const elsewhere = join(moved.root, "elsewhere.yaml");
        // What policies would not let through, so that the rehearsal itself sees it.
        const free = readFileSync(moved.file, "utf8").replace("production: mandatory", "production: off");
        const text = `${free}protectData: false\n`;
        writeFileSync(elsewhere, text.replace("eu-west-1", "eu-central-1"));
        jobs.set("moved", begin(moved.withFile(text), "--json", "--update", elsewhere));
        jobs.set("chaos1", begin(chaos1, "--json", "--keep", "--chaos", "1"));
        jobs.set("chaos2", begin(chaos2, "--json", "--chaos", "22"));
    });
    after(() => {
        for (const { root, processes, remove } of places.map((one) => ({
            root: one.root,
            processes: one.processes(),
            remove: () => one.remove(),
        }))) {
            remove();
            assert.deepEqual(processes, [], `something of ${root} runs yet`);
        }
    });
    const job = async (name: string): Promise<Outcome> => jobs.get(name) ?? assert.fail(name);

    it("writes nothing into the checkout's stacks, and sees no credentials", async () => {
        await job("kept");
        assert.equal(stackFiles(), filesBefore);
        assert.deepEqual(kept.filesWith(canary), []);
    });

    it("comes through faults that pass, by going on", async () => {
        const outcome = await job("faulty");
        const result = resultOf(outcome);
        assert.deepEqual(Object.keys(attempts(result)), allPhases);
        assert.ok(
            result.phases.every(({ ok }) => ok),
            said(outcome),
        );
        const { create = 0, again, heal = 0, destroy = 0 } = attempts(result);
        assert.ok(create >= 3 && create <= 5, said(outcome));
        assert.equal(again, 1);
        assert.ok(heal >= 2, "the update of the key was to fail once");
        assert.ok(destroy >= 2, "the answer to a deletion was to be lost");
        assert.deepEqual(faulty.cloud.all(), []);
        const faults = faulty.cloud.history().filter(({ outcome: how }) => how === "fault");
        assert.deepEqual(faults.map(({ type, operation }) => `${operation} ${type}`).sort(), [
            "create aws:kms/alias:Alias",
            "create aws:kms/key:Key",
            "create aws:kms/key:Key",
            "create aws:s3/bucketPolicy:BucketPolicy",
            "delete aws:s3/bucketVersioning:BucketVersioning",
            "update aws:kms/key:Key",
        ]);
        const slow = faulty.cloud.history().find(({ seconds }) => seconds > 100);
        assert.ok(slow !== undefined, "nothing was slow");
    });

    it("is red where a fault of its plan has hit nothing, though each phase came out", async () => {
        const outcome = await job("faulty");
        const { ok, problem } = resultOf(outcome);
        assert.deepEqual([outcome.code, ok, problem?.code], [1, false, "faults-unhit"], said(outcome));
        // The crash of the key's first create is met too.
        assert.equal(
            problem?.message,
            `${join(faulty.root, "faults.yaml")}:1: 'fail' of ${key} has hit nothing: its type was met 2 times for 'create', and never as 'storage-kye': as 'storage-key'.`,
        );
    });

    it("takes over what a create has made whose answer was lost: there is one, and its gate is green", async () => {
        const { phases } = resultOf(await job("faulty"));
        assert.ok(phases[0]?.ok);
        const made = faulty.cloud
            .history()
            .filter(({ operation, outcome }) => operation === "create" && outcome === "done");
        assert.deepEqual(
            made.filter(({ type }) => type === key || type === alias),
            [],
            "one of them was made once more",
        );
    });

    it("is red where an update makes anew what holds data, and names it", async () => {
        const outcome = await job("moved");
        const { ok, phases } = resultOf(outcome);
        assert.deepEqual([outcome.code, ok], [1, false]);
        assert.deepEqual(
            phases.map(({ phase }) => phase),
            ["create", "again", "update"],
        );
        const { code, message = "" } = phases[2]?.problem ?? {};
        assert.equal(code, "rehearsal-failed");
        assert.match(
            message,
            /what holds data was deleted or made anew.*confluentcloud:index\/kafkaCluster:KafkaCluster 'broker-cluster'/,
        );
    });

    it("does not go on for ever against a quota", async () => {
        const outcome = await job("quota");
        const { phases } = resultOf(outcome);
        assert.equal(outcome.code, 1);
        assert.match(
            phases[0]?.problem?.message ?? "",
            /LimitExceeded: the quota of 2 aws:s3\/bucket:Bucket is used up/,
        );
        assert.ok((phases[0]?.attempts ?? 99) <= 3);
        assert.equal(quota.cloud.all("aws:s3/bucket:Bucket").length, 2);
    });

    for (const [name, where] of [
        ["chaos1", chaos1],
        ["chaos2", chaos2],
    ] as const)
        it(`comes through chaos: ${name}`, async () => {
            const result = green(await job(name));
            assert.deepEqual(
                result.phases.map(({ phase }) => phase),
                // One that is kept is not updated: it begins again with the file as it is.
                name === "chaos1" ? ["create", "again", "drift", "heal"] : allPhases,
            );
            const hit = where.cloud.history().filter(({ outcome, seconds }) => outcome === "fault" || seconds > 61);
            assert.notDeepEqual(hit, [], "nothing happened by chance");
        });

    it("tells people what would come of it, and that it is simulated", async () => {
        const outcome = await job("kept");
        assert.equal(outcome.code, 0, said(outcome));
        const { stdout } = outcome;
        for (const text of [
            "simulated: the real program on the real engine",
            "This rehearsal does not see ",
            "AWS_SECRET_ACCESS_KEY",
            "create (simulated)",
            "up s3 (simulated): storage",
            "What the real rollout would take (simulated)",
            "What the identity that deploys has to be allowed",
            "aws: kms:CreateAlias",
            "s3 is rehearsed (simulated)",
            "Nothing of it was real",
            kept.directory,
        ])
            assert.ok(stdout.includes(text), `'${text}' is not in\n${stdout}`);
        assert.ok(!stdout.includes(canary) && !outcome.stderr.includes(canary));
        const things = kept.cloud.all();
        assert.ok(things.length > 20);
        const tagged = things.filter(({ inputs }) => typeof inputs["tags"] === "object");
        assert.ok(tagged.length > 3);
        for (const { urn, inputs } of tagged)
            assert.equal((inputs["tags"] as Record<string, unknown>)[urnTag], tagValueOf(urn), urn);
    });

    it("gives a shell in which plain pulumi finds the same, and no credentials", async () => {
        await job("kept");
        const shell = join(kept.root, "shell.sh");
        const script = [
            "#!/bin/sh",
            "set -e",
            `if env | grep ${canary}; then exit 9; fi`,
            "pulumi up --yes --skip-preview --non-interactive -s s3-storage",
            "pulumi preview --diff --non-interactive --expect-no-changes -s s3-storage",
            "pulumi stack output --json -s s3-storage",
        ];
        writeFileSync(shell, script.join("\n"), { mode: 0o700 });
        const before = kept.cloud.history().length;
        const outcome = await limit(() => kept.rehearse(["--shell"], { SHELL: shell }));
        assert.equal(outcome.code, 0, said(outcome));
        assert.match(outcome.stdout, /A shell in .*`pulumi up -s s3-storage` works on the simulated cloud/);
        assert.match(outcome.stdout, /2[0-9] unchanged/);
        assert.match(outcome.stdout, /"profile": "s3"/);
        assert.equal(kept.cloud.history().length, before, "something was changed");
        const failing = join(kept.root, "failing.sh");
        writeFileSync(failing, "#!/bin/sh\nexit 7\n", { mode: 0o700 });
        assert.equal((await limit(() => kept.rehearse(["--shell"], { SHELL: failing }))).code, 7, "the shell's own");
    });

    it("is kept apart from what is real", async () => {
        await job("kept");
        const refused = async (run: () => Promise<Outcome>, code: string, ...texts: string[]): Promise<void> => {
            const outcome = await limit(run);
            assert.equal(outcome.code, 2, said(outcome));
            for (const text of [`[${code}]`, ...texts]) assert.ok(outcome.stderr.includes(text), said(outcome));
        };
        const things = kept.cloud.all().length;
        const real = place();
        mkdirSync(join(real.directory, "state"), { recursive: true });
        await refused(() => real.rehearse(), "rehearsal-refused", real.directory);
        assert.deepEqual(readdirSync(real.directory), ["state"]);

        const text = readFileSync(kept.file, "utf8");
        const state = (settings: object): Place => {
            const file = join(real.root, "env.yaml");
            const settled = { ...(parse(text) as object), policies: { production: "off" }, state: settings };
            writeFileSync(file, stringify(settled));
            return new Place(file, real.root);
        };
        const backend = `file://${join(kept.directory, "state")}`;
        await refused(() => state({ backend }).tidegate(["env", "s3"]), "state-simulated", kept.directory);
        const ledger = { backend: `file://${real.root}/state`, ledger: `file://${kept.directory}/state` };
        await refused(() => state(ledger).tidegate(["env", "s3"]), "state-simulated", kept.directory);

        const variable = { TIDEGATE_REHEARSAL: kept.directory };
        const other = join(real.root, "other.yaml");
        writeFileSync(other, text.replace("name: s3", "name: other"));
        await refused(
            () => new Place(other, real.root).tidegate(["env", "other"], variable),
            "rehearsal-of-another",
            "rehearsal of 's3', not of 'other'",
        );
        await refused(
            () => kept.tidegate(["env", "s3"], { TIDEGATE_REHEARSAL: join(real.root, "nowhere") }),
            "rehearsal-missing",
        );
        assert.equal(kept.cloud.all().length, things, "what was kept is no more");
    });

    it("refuses what it cannot play before it touches anything", async () => {
        await job("kept");
        const things = kept.cloud.all().length;
        const embedded = join(kept.root, "embedded.yaml");
        writeFileSync(
            embedded,
            readFileSync(join(repositoryRoot, "stacks", "local.yaml"), "utf8").replace("name: local", "name: s3"),
        );
        for (const [args, variables, code] of [
            [[], { TIDEGATE_ENVIRONMENT_FILE: embedded }, "rehearsal-of-processes"],
            [["--faults", join(kept.root, "none.yaml")], {}, "faults-invalid"],
            [["--faults", kept.plan({ kind: "fial", type: "x" })], {}, "faults-invalid"],
            [["--faults", kept.plan({ kind: "fail", type: "aws:s3/bukket:Bucket" })], {}, "no type that is simulated"],
            [["--speed", "0"], {}, "at least 1"],
            [["--parallel", "0"], {}, "at least 1"],
            [["--update", join(kept.root, "none.yaml")], {}, "none.yaml does not exist"],
            [["--update", embedded], {}, "rehearsal-of-processes"],
            [["--only", "brokr"], {}, "no stack 'brokr'"],
        ] as const) {
            const outcome: Outcome = await limit(() => kept.rehearse([...args], variables));
            assert.equal(outcome.code, 2, said(outcome));
            assert.ok(outcome.stderr.includes(code), said(outcome));
        }
        const climbing = await limit(() => kept.tidegate(["rehearse", "../s3"]));
        assert.equal(climbing.code, 2);
        assert.match(climbing.stderr, /cannot be the name of an environment/);
        assert.equal(kept.cloud.all().length, things, "what was kept is no more");
    });

    it("is one at a time in one place", async () => {
        await job("kept");
        const first = kept.start(["rehearse", "s3", "--latency", "realistic", "--speed", "1"]);
        const ended = outcomeOf(first);
        await saying(first, /create Key/);
        const second = await limit(() => kept.rehearse());
        assert.equal(second.code, 4, said(second));
        assert.match(second.stderr, /the rehearsal of s3 is held: rehearse by/);

        // The plugins and programs that run now see nothing of a real account.
        const running = kept.processes().filter(({ pid }) => pid !== first.pid);
        const plugins = running.filter(({ command }) => command.includes("rehearsal/provider/main.ts"));
        assert.notDeepEqual(plugins, [], "no simulated provider runs");
        for (const { pid, command } of running) {
            if (command.includes("tidegate.mjs")) continue;
            const environ = readFileSync(`/proc/${pid}/environ`, "utf8");
            assert.ok(!environ.includes(canary), `${command} sees what is real`);
        }

        process.kill(-(first.pid ?? assert.fail()), "SIGINT");
        const outcome = await ended;
        assert.equal(outcome.code, 130, said(outcome));
        assert.match(outcome.stdout, /The rehearsal of s3 was interrupted/);
        assert.deepEqual(kept.processes(), []);
    });

    it("begins anew where the one before it was killed in the midst", async () => {
        await job("kept");
        const first = kept.start(["rehearse", "s3", "--latency", "realistic", "--speed", "1"]);
        const ended = outcomeOf(first);
        await saying(first, /create Bucket storage-warehouse/);
        process.kill(first.pid ?? assert.fail(), "SIGKILL");
        const again = limit(() => kept.rehearse(["--json"]));
        await ended;
        const { phases } = green(await again);
        assert.deepEqual(
            phases.map(({ attempts: tries }) => tries),
            allPhases.map(() => 1),
        );
        assert.deepEqual(kept.cloud.all(), []);
        await quiet(kept);
    });
});

async function quiet(where: Place): Promise<void> {
    for (const begun = Date.now(); where.processes().length > 0; await delay(100))
        assert.ok(Date.now() - begun < 30_000, JSON.stringify(where.processes()));
}
