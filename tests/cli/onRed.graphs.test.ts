/** A promotion that ends red where `onRed` says to roll back, and rollbacks that do not come to their end, on the real engine. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { outcomeOf, type Outcome } from "../_helpers/checkout";
import { Example } from "../_helpers/example";
import { until } from "../components/support";
import { holdsOf, provedIn } from "../release/made";

const runs = z.array(
    z.object({
        run: z.string(),
        state: z.string(),
        operation: z.string(),
        resumes: z.string().nullable(),
        afterRed: z.string().nullable(),
    }),
);
const status = z.object({
    environments: z.array(z.object({ release: z.string(), health: z.string(), begun: z.unknown().optional() })),
});

/** What prod runs, and is red. */
const bad = "DATABASE of prod";
const good = "database of prod";

describe("a promotion that ends red", function () {
    this.timeout(300_000);
    let example: Example;
    let first: string;
    const graph = (): string => join(example.directory, "tidegate.yaml");
    const outside = (name: string): string => join(dirname(example.files), name);
    const run = async (args: readonly string[], code = 0): Promise<Outcome> => {
        const outcome = await example.run(args);
        assert.equal(outcome.code, code, `${args.join(" ")}\n${outcome.stdout}${outcome.stderr}`);
        return outcome;
    };
    const answer = async <T>(schema: z.ZodType<T>, ...args: readonly string[]): Promise<T> =>
        schema.parse(JSON.parse((await run([...args, "--json"])).stdout));
    /** What lies there as a release, green in dev, where nothing has to be rolled out for that here. */
    const proved = (): Promise<string> => provedIn("dev", graph());
    const lift = async (): Promise<void> => {
        assert.ok(await (await holdsOf(graph())).lift("prod", "it is settled"), "nothing has held prod");
    };

    before(async () => {
        example = Example.create("services").simulated();
        example.edit("tidegate.yaml", /^stacks:[^]*/m, "");
        example.write(
            "tidegate.yaml",
            `${readFileSync(graph(), "utf8")}
promotion: { dev: {}, prod: { from: [dev], onRed: stop } }
stacks:
  database:
    project: database
    stateful: ["sim:index:Network"]
    gates: { validation: [{ name: fine, run: 'sh "$FILES/../gate"' }] }
`,
        );
        example.edit("database/index.js", /const network = [^\n]*\n/, "");
        example.edit("database/index.js", /`database in [^`]*`/, "`database of ${pulumi.getStack()}`");
        example.edit("database/index.js", /^exports\.url[^]*/m, "");
        // Red of what is bad. What is green waits while it has to.
        writeFileSync(
            outside("gate"),
            `cd "$FILES/.."; test "$TIDEGATE_ENVIRONMENT" = prod && grep -rq "${bad}" files && exit 1
            if test -e hold; then touch reached; while test -e hold; do sleep 0.1; done; fi\n`,
        );
        first = await proved();
        await run(["promote", "dev", "prod"]);
    });
    after(() => example.remove());

    it("is left as it is where nothing else is said; once it is held, it is not gone on with", async () => {
        example.edit("database/index.js", "database of", "DATABASE of");
        example.edit("database/index.js", /$/, 'new File("more", { content: `more of ${pulumi.getStack()}` });\n');
        await proved();
        await run(["promote", "dev", "prod"], 1);
        assert.deepEqual(example.contents(), [bad, "more of prod"]);
        await (await holdsOf(graph())).hold("prod", "it is looked at");
        const { stderr } = await run(["resume", "prod"], 6);
        assert.match(stderr, /prod is held by .*: it is looked at[^]*\[environment-held\][^]*rollback prod/);
        await lift();
    });

    it("is not rolled back by itself where that would delete what holds data: it is held, and says what does it", async () => {
        example.edit("tidegate.yaml", "onRed: stop", "onRed: rollback");
        const { stdout } = await run(["resume", "prod"], 1);
        assert.match(stdout, /nothing was touched[^]*1 that holds data would be replaced or deleted/);
        assert.match(stdout, /delete database\/sim:index:Network\/more/);
        assert.match(stdout, /is not rolled back by itself[^]*`npx tidegate rollback prod` goes back to/);
        assert.deepEqual(example.contents(), [bad, "more of prod"]);
        // What is resumed is what nobody is there for.
        const again = await run(["resume", "prod"], 6);
        assert.match(again.stdout, /1 that holds data[^]*`npx tidegate rollback prod` does it/);
        assert.deepEqual(example.contents(), [bad, "more of prod"]);
        await lift();
    });

    it("is rolled back, held, and stays red for whoever called it", async () => {
        example.edit("database/index.js", /new File\("more"[^\n]*\n/, "");
        const release = await proved();
        const { stdout } = await run(["promote", "dev", "prod"], 1);
        assert.match(
            stdout,
            new RegExp(`${release.slice(0, 12)} was red in prod, and is rolled back: ${first.slice(0, 12)}`),
        );
        assert.deepEqual(example.contents(), [good]);
        const [back, red] = await answer(runs, "history", "prod");
        assert.deepEqual(
            [back?.operation, back?.state, back?.afterRed, red?.operation, red?.state],
            ["rollback", "green", red?.run, "up", "red"],
        );
        assert.match(
            (await run(["show", red?.run ?? "", "-e", "prod"])).stdout,
            new RegExp(`by itself: run ${back?.run}`),
        );
        const [prod] = (await answer(status, "status", "prod")).environments;
        assert.deepEqual([prod?.release, prod?.health, prod?.begun], [first, "green", undefined]);
        // Its reports are not written over.
        const summary = (part: string) => readFileSync(join(example.directory, ".tidegate/prod/reports", part), "utf8");
        assert.match(summary("summary.md"), new RegExp(red?.run ?? "-"));
        assert.match(summary("rollback/summary.md"), new RegExp(back?.run ?? "-"));
        await lift();
    });

    it("is held, and gone back from, where the rollback itself is cut off", async () => {
        writeFileSync(outside("hold"), "");
        const driver = example.start(["promote", "dev", "prod"]);
        let over = false;
        const ended = outcomeOf(driver).finally(() => (over = true));
        const reached = (): boolean => existsSync(outside("reached"));
        await until("it has gone back, and is being looked at", () => over || reached(), 200);
        assert.ok(reached(), over ? JSON.stringify(await ended) : "");
        driver.kill("SIGKILL");
        await ended;
        rmSync(outside("hold"));
        const { stderr } = await run(["promote", "dev", "prod"], 6);
        assert.match(stderr, /prod is held by .*, promoted from dev, was red in run[^]*\[environment-held\]/);
        await run(["resume", "prod"]);
        const [resumed, cut, red] = await answer(runs, "history", "prod");
        assert.deepEqual(
            [cut?.operation, cut?.state, cut?.afterRed, red?.state],
            ["rollback", "cut off", red?.run, "red"],
        );
        assert.deepEqual(
            [resumed?.operation, resumed?.state, resumed?.afterRed, resumed?.resumes],
            ["rollback", "green", red?.run, cut?.run],
        );
        assert.deepEqual(example.contents(), [good]);
    });

    it("is followed by one of what is put right, once that hold is lifted", async () => {
        await lift();
        writeFileSync(outside("gate"), "true\n");
        await run(["promote", "dev", "prod"]);
        assert.deepEqual(example.contents(), [bad]);
    });
});
