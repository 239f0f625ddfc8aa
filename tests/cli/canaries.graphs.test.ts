/** Secrets in every input of a graph, through every command that rolls it out: they come out nowhere. */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import type { Outcome } from "../_helpers/checkout";
import { outputsOfStep, pulumiLogs } from "./canaries/excepted";
import { Organisation } from "./canaries/organisation";

type Variables = Readonly<Record<string, string>>;

describe("the secrets of an organisation", function () {
    this.timeout(300_000);
    // A leak stays in a file: whatever comes after it would be red as well.
    this.bail(true);
    let organisation: Organisation;
    const commandLines = new Set<string>();
    before(async () => {
        organisation = await Organisation.create();
    });
    after(() => organisation.remove());

    /** What a command has told, once nobody has found a canary in that, in what it has written, and in a command line. */
    const looked = async (code: number, what: string, run: () => Promise<Outcome>, logs = false): Promise<string> => {
        const { canaries } = organisation;
        const { result, withCanaries, all } = await canaries.watching(run);
        for (const command of all) commandLines.add(command);
        const told = result.stdout + result.stderr;
        assert.deepEqual(canaries.in(told), [], `${what} prints them`);
        assert.deepEqual([...withCanaries], [], `${what} has them in a command line`);
        assert.deepEqual(organisation.leaks(logs ? pulumiLogs : undefined), [], `${what} writes them`);
        assert.equal(result.code, code, `${what}\n${told}`);
        return told;
    };
    const clean = (code: number, args: readonly string[], variables: Variables = {}): Promise<string> =>
        looked(code, args.join(" "), () => organisation.run(args, variables));

    it("are not in what a release, a first rollout and a first promotion tell", async () => {
        await clean(0, ["release", "create"]);
        const told = await clean(0, ["up", "dev", "--json"], { FIRST: "1" });
        assert.match(told, /the key is \[secret\] or dTp\[secret\]/);
        assert.match(told, /AWS_SECRET_ACCESS_KEY=\[secret\]/);
        await clean(0, ["promote", "dev", "prod"], { FIRST: "1" });
    });

    it("are not told where the provider fails, to whoever sits before a terminal, and to GitHub", async () => {
        const github = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: organisation.path("out/summary.md") };
        const variables = { FAIL: "provider", SIZE: "2", ...github };
        const run = () => organisation.inTerminal(["up", "dev"], variables);
        const told = await looked(1, "up in a terminal", run);
        assert.match(told, /no login with \[secret\]/);
        assert.match(told, /::error/);
        // It moves the cursor.
        assert.match(told, /\u001b\[/);
    });

    for (const [who, command, message] of [
        ["check", "preview", /too weak: \[secret\]/],
        ["read", "drift", /no login with \[secret\]/],
    ] as const)
        it(`are not told where the provider's ${who} fails in ${command}, and says them`, async () => {
            assert.match(await clean(1, [command, "dev"], { FAIL: who, SIZE: "2" }), message);
        });

    it("are not told of a backend that is not there, whose address has one: Pulumi's own log alone has it", async () => {
        const { DATABASE_URL = "" } = organisation.variables;
        const run = () => organisation.run(["up", "away"], { FIRST: "1", PULUMI_BACKEND_URL: DATABASE_URL });
        assert.match(await looked(1, "up away", run, true), /connection refused/);
        assert.deepEqual(new Set(organisation.allowed(pulumiLogs)), new Set(["address (plain)"]));
        rmSync(organisation.path("pulumi/logs"), { recursive: true });
    });

    // Which flags there are: tests/engine/debugFlags.test.ts.
    it("are not printed by Pulumi's own flags in CI, which are refused before anything runs", async () => {
        const variables = { PULUMI_DEBUG_GRPC: organisation.path("calls") };
        assert.match(await clean(6, ["preview", "dev"], variables), /debug-prints-secrets/);
        assert.match(await clean(6, ["exec", "--", "pulumi", "config", "--show-secrets"]), /debug-prints-secrets/);
    });

    it("are not in a preview, a drift, and what is told of the past", async () => {
        await clean(0, ["preview", "dev", "--json"], { SIZE: "3" });
        await clean(0, ["drift", "dev"]);
        await clean(0, ["show", "last", "-e", "dev"]);
    });

    it("are not left behind by a kill in the middle of the engine's work, nor told by what goes on; while a gate runs, they are in the file of its outputs", async () => {
        organisation.change();
        await clean(0, ["release", "create"]);
        await organisation.killed(["up", "dev"], { SIZE: "4" });
        assert.deepEqual(organisation.leaks(), []);
        organisation.hold("gate");
        const resumed = clean(0, ["resume", "dev"], { SIZE: "4" });
        await organisation.whileHeld("gate", resumed, () => {
            assert.deepEqual(organisation.leaks(outputsOfStep), []);
            const names = organisation.allowed(outputsOfStep).map((what) => what.split(" ")[0]);
            assert.deepEqual([...new Set(names)].sort(), ["configuration", "line", "output"]);
        });
        await resumed;
    });

    it("are not told where a promotion's gate fails, and on the way back the program, and says them", async () => {
        const told = await clean(1, ["promote", "dev", "prod", "--json"], { FAIL: "gate,program-of-me" });
        assert.match(told, /gate-tells.*ended with exit code 1/);
        assert.match(told, /Error: bad .*\[secret\]/);
        const [run] = JSON.parse(await clean(0, ["history", "prod", "--json"])) as Record<string, string>[];
        assert.deepEqual([run?.["operation"], run?.["state"]], ["rollback", "red"]);
    });

    it("are not in what a scan finds in a file", async () => {
        const reports = ["--sarif", organisation.path("out/scan.sarif"), "--junit", organisation.path("out/scan.xml")];
        assert.match(await clean(1, ["secrets", "scan", "app", ...reports]), /app\/\.env:1/);
    });

    it("were looked for in all that was written, and in the command lines of all that ran", () => {
        const files = organisation.files();
        const reports = ["last-run.html", "last-run.json", "junit.xml", "summary.md"];
        for (const file of [
            ...["dev", "prod"].flatMap((name) => reports.map((part) => `release/.tidegate/${name}/reports/${part}`)),
            ...reports.map((part) => `release/.tidegate/prod/reports/rollback/${part}`),
            "out/summary.md",
            "out/scan.sarif",
            "out/scan.xml",
        ])
            assert.ok(files.includes(file), `${file} is not among\n${files.join("\n")}`);
        const bundles = files.filter((file) => /\/releases\/.*\/bundle\/.*\/00001$/.test(file));
        assert.equal(bundles.length, 2);
        for (const file of bundles) assert.match(readFileSync(organisation.path(file), "utf8"), /^H4sI/);
        const lines = [...commandLines].filter((line) => line.includes(organisation.base)).join("\n");
        assert.match(lines, /pulumi/);
    });
});
