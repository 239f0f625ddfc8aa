/** The graphs of docs/examples: ordinary Pulumi programs that know nothing of Tidegate, on the real engine. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Rollout } from "../../automation/library";
import { Example } from "../_helpers/example";

const states = (events: readonly { type: string }[]): string[] =>
    events.flatMap((event) => {
        const { type, layer, state } = event as { type: string; layer?: string; state?: string };
        return type === "layer" && ["succeeded", "failed", "blocked", "skipped"].includes(state ?? "")
            ? [`${layer} ${state}`]
            : [];
    });

describe("somebody's Pulumi projects, each in a folder of its own", () => {
    let example: Example;
    before(() => {
        example = Example.create("services");
    });
    after(() => example.remove());
    const secret = "pw-dev-5f0c1e77";

    it("are rolled out in order, and what is asked of their outputs holds", async () => {
        const { code, stdout, stderr } = await example.run(["up", "dev"]);
        assert.equal(code, 0, stdout + stderr);
        assert.match(stdout, /up dev: network → database → app/);
        assert.match(stdout, /network +✓ 1 its outputs are what its contract says {2}2 outputs/);
        assert.match(stdout, /database +✓ 1 the network is there/);
        assert.match(stdout, /dev is up and proved: 5 of 5 checks are green/);
        assert.deepEqual(example.stacks(), ["app/dev", "database/dev", "network/dev"]);
        assert.equal(example.fileNames().length, 3);
        assert.ok(!(stdout + stderr + example.written()).includes(secret), "a secret output is told");
    });

    it("are left alone where nothing changed, in their folders and in the user's selection", async () => {
        const before = example.fileNames();
        const { code, stdout } = await example.run(["up", "dev"]);
        assert.equal(code, 0, stdout);
        assert.equal(stdout.match(/unchanged since run \S+: its deployment is skipped/g)?.length, 3);
        assert.match(stdout, /database +✓ 1 the network is there/, "it is looked at all the same");
        assert.deepEqual(example.fileNames(), before);
        assert.ok(!existsSync(join(example.directory, "..", "pulumi", "workspaces")), "a stack was selected");
        assert.equal(readFileSync(join(example.directory, ".tidegate", ".gitignore"), "utf8"), "*\n");
    });

    it("are asked for drift side by side, and healed where they have some", async () => {
        const fileOf = (content: string): string =>
            example.fileNames().find((name) => readFileSync(join(example.files, name), "utf8").startsWith(content)) ??
            assert.fail(`there is no ${content}`);
        rmSync(join(example.files, fileOf("network")));
        writeFileSync(join(example.files, fileOf("database")), "by other hands");
        const before = example.fileNames();
        const { code, stdout } = await example.run(["drift", "dev"]);
        assert.equal(code, 5, stdout);
        assert.match(stdout, /network +missing Resource network/);
        assert.match(stdout, /database +drifted Resource database/);
        assert.match(stdout, /app +no drift/);
        assert.match(
            stdout,
            /✗ dev has drifted: network, database\.\n.*`npx tidegate drift dev --heal` deploys it again; --accept takes/,
        );
        assert.deepEqual(example.fileNames(), before, "asking changes nothing");
        const healed = await example.run(["drift", "dev", "--heal"]);
        assert.equal(healed.code, 0, healed.stdout);
        assert.match(healed.stdout, /1 created/);
        assert.match(healed.stdout, /1 updated/);
        // Of the network's outputs the app has seen others, which is no drift of the app.
        assert.equal((await example.run(["drift", "dev"])).code, 0);
    });

    it("are deployed where anything that they are made of has changed, and say what", async () => {
        const why = async (stack: string): Promise<string> => {
            const { code, events, stdout } = await example.events(["up", "dev", "--only", stack]);
            assert.equal(code, 0, stdout);
            const notes = events.flatMap((event) =>
                event.type === "note" && event.layer === stack ? [event.text] : [],
            );
            return (notes[0] ?? "").replace(/run [\w-]+/, "run …");
        };
        assert.match(await why("network"), /^unchanged since run …: its deployment is skipped/);
        const configuration = join(example.directory, "network", "Pulumi.dev.yaml");
        writeFileSync(configuration, `${readFileSync(configuration, "utf8")}config:\n  network:size: "2"\n`);
        assert.equal(await why("network"), "changed since run …: configuration");
        const state = join(example.directory, "state", ".pulumi", "stacks", "network", "dev.json");
        writeFileSync(state, `${readFileSync(state, "utf8")}\n`);
        assert.equal(await why("network"), "its state is not that of run … any more");
        assert.match(await why("network"), /^unchanged since run …/);
    });

    it("are in the ledger: what was done, why, and how it ended", async () => {
        const history = await example.run(["history", "dev", "--json"]);
        const runs = JSON.parse(history.stdout) as { run: string; state: string; operation: string }[];
        assert.ok(runs.length >= 6 && runs.every(({ state }) => state === "green"), history.stdout);
        const { stdout } = await example.run(["show", "last", "-e", "dev"]);
        assert.match(stdout, /network: green, its deployment skipped/);
        const first = await example.run(["show", runs.at(-1)?.run ?? "", "-e", "dev"]);
        assert.match(
            first.stdout,
            /network: up begins: there is no success of it in the ledger[^]*network: up done: 2 created/,
        );
        assert.ok(!first.stdout.includes(secret));
        const unknown = await example.run(["show", "1999", "-e", "dev"]);
        assert.deepEqual([unknown.code, /\[run-unknown\]/.test(unknown.stderr)], [2, true]);
    });

    it("are previewed without being touched", async () => {
        example.edit("app/index.js", "app on", "application on");
        const before = example.fileNames().map((name) => readFileSync(join(example.files, name), "utf8"));
        const { code, stdout } = await example.run(["preview", "dev"]);
        assert.equal(code, 0, stdout);
        assert.match(stdout, /app +1 updated at the next up/);
        assert.deepEqual(
            example.fileNames().map((name) => readFileSync(join(example.files, name), "utf8")),
            before,
        );
    });

    it("hold up what stands on a stack whose gate is red, and nothing else", async () => {
        example.edit("tidegate.yaml", "test -n", "echo it is gone && test -z");
        const { code, events } = await example.events(["up", "dev"]);
        assert.equal(code, 1);
        assert.deepEqual(states(events), ["network succeeded", "database failed", "app blocked"]);
        const problem = events.find((event) => event.type === "problem");
        assert.match(problem?.type === "problem" ? problem.message : "", /ended with exit code 1:\s+it is gone/);
        example.edit("tidegate.yaml", "echo it is gone && test -z", "test -n");
    });

    it("go on where a run has stopped", async () => {
        const { code, stdout } = await example.run(["resume", "dev"]);
        assert.equal(code, 0, stdout);
        assert.match(stdout, /^resuming \S+, which ended red/);
        assert.match(stdout, /network +unchanged since run/);
        assert.match(stdout, /app +✓ done/);
        const { stdout: shown } = await example.run(["show", "last", "-e", "dev"]);
        assert.match(shown, /resuming \d{8}T\d{9}Z-/);
        assert.match((await example.run(["resume", "dev"])).stdout, /ended green: there is nothing to resume/);
    });

    it("say what their programs say when they fail, without the secrets that they print", async () => {
        example.edit("app/index.js", /^const stack/m, `console.error("${secret}");\nnosuch();\nconst stack`);
        const { code, stdout, stderr } = await example.run(["up", "dev"]);
        assert.equal(code, 1);
        assert.match(stdout, /app +✗ failed/);
        assert.match(stdout, /ReferenceError: nosuch is not defined\n +at Object.<anonymous> \(.*app\/index\.js:5:1\)/);
        assert.ok(!/node:internal|node_modules\/@pulumi/.test(stdout), "frames that are not the program's are told");
        assert.ok(
            !(stdout + stderr + example.written()).includes(secret),
            "the program's output is told with the secret",
        );
        example.edit("app/index.js", `console.error("${secret}");\nnosuch();\n`, "");
    });

    it("are a second environment under the same names, one after the other", async () => {
        const { code, events } = await example.events(["up", "dev", "prod", "--only", "network"]);
        assert.equal(code, 0);
        const of = ["network succeeded", "database skipped", "app skipped"];
        assert.deepEqual(states(events).toSorted(), [...of, ...of].toSorted());
        assert.ok(example.stacks().includes("network/prod"));
        const unknown = await example.run(["up", "pord"]);
        assert.equal(unknown.code, 2);
        assert.match(unknown.stderr, /has no environment 'pord'[^]*did you mean 'prod'\?/);
    });

    it("are a library's too, which prints nothing", async () => {
        const variables = { PULUMI_CONFIG_PASSPHRASE: "of the example", FILES: example.files };
        const before = { ...process.env };
        Object.assign(process.env, variables, { PULUMI_HOME: join(example.directory, "..", "pulumi") });
        try {
            const told: string[] = [];
            const graph = join(example.directory, "tidegate.yaml");
            const onEvent = (event: { type: string }): void => void told.push(event.type);
            const rollout = await Rollout.open({ graph, environment: "prod", onEvent });
            const result = await rollout.up({ only: ["network"] });
            assert.ok(result.ok, result.problem?.message);
            assert.equal(result.states.get("network"), "succeeded");
            assert.deepEqual(result.outputs.get("network")?.["subnets"], ["10.0.1.0/24", "10.0.2.0/24"]);
            assert.deepEqual([told[0], told.at(-1)], ["run-started", "run-finished"]);
        } finally {
            for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
            Object.assign(process.env, before);
        }
    });

    it("go in reverse", async () => {
        for (const environment of ["dev", "prod"]) {
            const { code, stdout } = await example.run(["down", environment]);
            assert.equal(code, 0, stdout);
            assert.match(stdout, new RegExp(`✓ ${environment} is gone: its stacks\\.`));
        }
        assert.deepEqual([example.stacks(), example.fileNames()], [[], []]);
    });
});

describe("one project with many stacks", () => {
    let example: Example;
    before(() => {
        example = Example.create("regions");
    });
    after(() => example.remove());

    it("goes wide where nothing stands between, and reads what it stands on", async () => {
        const { code, events, stdout } = await example.events(["up", "dev", "--parallel", "3"]);
        assert.equal(code, 0, stdout);
        const done = states(events);
        assert.equal(done[0], "account succeeded");
        assert.deepEqual(done.slice(1, 4).toSorted(), ["north succeeded", "south succeeded", "west succeeded"]);
        assert.equal(done[4], "door succeeded");
        assert.equal(example.stacks().length, 5);
    });

    it("is red where an output does not keep its contract", async () => {
        example.edit("door.schema.json", '"minItems": 3', '"minItems": 4');
        const { code, stdout } = await example.run(["up", "dev", "--only", "door"]);
        assert.equal(code, 1);
        assert.match(stdout, /endpoints must NOT have fewer than 4 items/);
        assert.match(stdout, /north +– left out: not named by --only door/);
    });
});

describe("a graph with hooks, gates and exercises", () => {
    let example: Example;
    before(() => {
        example = Example.create("release");
    });
    after(() => example.remove());

    it("runs them in their places, with the environment and the outputs at hand", async () => {
        const { code, stdout, stderr } = await example.run(["up", "dev"]);
        assert.equal(code, 0, stdout + stderr);
        for (const line of [
            /schema +✓ beforeUp backup {2}backed up dev of development/,
            /schema +✓ 1 the schema has tables {2}2 tables/,
            /service +✓ migrations are done/,
            /service +✓ afterUp announce {2}deployed/,
            /service +first-order: placed an order with registry\.example\/service:schema-7/,
            /service +warm-up: image token/,
            /service +✓ 1 it answers/,
        ])
            assert.match(stdout, line);
        assert.ok(!/onFailure/.test(stdout));
        assert.ok(!(stdout + stderr + example.written()).includes("token-dev-93ab61"));
    });

    it("keeps a secret of the outputs out of what a command prints", async () => {
        example.edit("tidegate.yaml", "echo deployed", "cat $TIDEGATE_OUTPUTS; exit 1");
        const { code, stdout } = await example.run(["up", "dev", "--all"]);
        assert.equal(code, 0, "the hook does not block");
        assert.match(stdout, /service +! afterUp announce .*cat \$TIDEGATE_OUTPUTS; exit 1` ended with exit code 1/);
        assert.match(stdout, /\[secret\]/);
        assert.ok(!(stdout + example.written()).includes("token-dev-93ab61"));
    });

    it("runs what is for a failure once something fails", async () => {
        example.edit("schema/index.js", '["orders", "customers"]', "[]");
        const { code, stdout } = await example.run(["up", "dev"]);
        assert.equal(code, 1);
        assert.match(stdout, /There is no table\.[^]*Add a table to schema\/index\.js/);
        assert.match(stdout, /schema +✓ onFailure page {2}schema of dev failed/);
        assert.match(stdout, /service +– not started: stands on schema, which failed/);
    });

    it("is refused, before anything is touched, where its module lacks what it names", async () => {
        example.edit("tidegate.yaml", "check: there-are-tables", "check: there-are-table");
        const { code, stdout, stderr } = await example.run(["up", "dev"]);
        assert.equal(code, 2, stdout);
        assert.match(stderr, /'schema' names the check 'there-are-table', which the graph's module does not have/);
        assert.match(stderr, /did you mean 'there-are-tables'\?/);
        example.edit("tidegate.yaml", "check: there-are-table\n", "check: there-are-tables\n");
    });

    it("is no lakehouse, which the commands on its data say", async () => {
        const { code, stderr } = await example.run(["validate"]);
        assert.equal(code, 2);
        assert.match(stderr, /no graph of a lakehouse/);
    });
});
