import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redactor } from "../../automation/core/redactor";
import { silent } from "../../automation/core/progress";
import { failing, pass } from "../../automation/gates/check";
import { runChecks } from "../../automation/gates";
import { exerciseSchema, gatesSchema, hooksSchema, stepName, stepSchema } from "../../automation/graph/steps";
import type { ModuleCheck, ModuleParts } from "../../automation/rollout/module";
import { StepRunner, type StepPlace } from "../../automation/rollout/steps";

describe("steps", () => {
    let folder: string;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "tidegate-steps-"));
    });
    after(() => rmSync(folder, { recursive: true }));

    const place = (more: Partial<StepPlace> = {}): StepPlace => ({
        stack: "database",
        pulumiStack: "dev-database",
        definition: {
            project: folder,
            stack: "{environment}-{name}",
            outputs: undefined,
            timeoutSeconds: 60,
            inputs: { files: [], variables: [] },
            exercises: [],
            hooks: hooksSchema.parse({}),
            gates: gatesSchema.parse({}),
            protected: false,
            stateful: [],
        },
        variables: { TIER: "development" },
        outputs: new Map([["database", { url: "postgres://here", password: "canary-1f2e3d" }]]),
        ...more,
    });
    const runner = (parts: ModuleParts = {}) => new StepRunner("dev", parts, new Redactor(["canary-1f2e3d"]));
    const run = () => ({ progress: silent, signal: new AbortController().signal });
    const step = (given: object) => stepSchema.parse(given);
    const hook = (given: object, parts: ModuleParts = {}) => runner(parts).hook(step(given), place(), run());

    describe("that are commands", () => {
        it("are green with exit code 0, and say their last line", async () => {
            const verdict = await hook({ run: "pwd; echo done" });
            assert.deepEqual(verdict, pass("done", { exitCode: 0 }));
        });

        it("are red with any other, and say why", async () => {
            const verdict = await hook({ run: ["sh", "-c", "echo no such table >&2; exit 3"] });
            assert.ok(verdict.status === "fail");
            assert.match(verdict.message, /`sh -c echo no such table[^`]*` ended with exit code 3:\nno such table/);
            assert.match(verdict.look, new RegExp(` in ${folder}$`));
        });

        it("are red without an answer within their time, which is named", async () => {
            const verdict = await hook({ run: "sleep 30", timeoutSeconds: 0.2 });
            assert.match(verdict.status === "fail" ? verdict.message : "", /did not end within its limit of 0\.2 s/);
        });

        it("know where they are, and may read the outputs, from a file that only they can read and that goes", async () => {
            const told = join(folder, "told");
            const say = 'echo "$TIDEGATE_ENVIRONMENT $TIDEGATE_STACK $TIDEGATE_PULUMI_STACK $TIER $TIDEGATE_OUTPUTS"';
            const verdict = await hook({
                run: `${say} > told; stat -c %a "$TIDEGATE_OUTPUTS"; cat "$TIDEGATE_OUTPUTS" >> told`,
            });
            const [line = "", json = ""] = readFileSync(told, "utf8").split("\n");
            const [environment, stack, pulumi, tier, file = ""] = line.split(" ");
            assert.deepEqual([environment, stack, pulumi, tier], ["dev", "database", "dev-database", "development"]);
            assert.equal((JSON.parse(json) as { database: { password: string } }).database.password, "canary-1f2e3d");
            assert.equal(verdict.status === "pass" ? verdict.summary : "", "600");
            assert.ok(!existsSync(file));
        });

        it("tell no secret that is known", async () => {
            const lines: string[] = [];
            const progress = { ...silent, update: (text: string) => void lines.push(text) };
            const given = step({ run: "cat $TIDEGATE_OUTPUTS; echo; exit 1" });
            const verdict = await runner().hook(given, place(), { ...run(), progress });
            assert.match(JSON.stringify(verdict), /\[secret\]/);
            assert.ok(!JSON.stringify([verdict, lines]).includes("canary-1f2e3d"));
        });

        it("are tried again as often as they say", async () => {
            const count = join(folder, "count");
            const again = "echo x >> count; test $(wc -l < count) -ge 3";
            const verdict = await hook({ run: again, retries: 5, backoffSeconds: 0.01 });
            assert.equal(verdict.status, "pass");
            assert.equal(statSync(count).size, 6);
            rmSync(count);
            const red = await hook({ run: again, retries: 1, backoffSeconds: 0.01 });
            assert.deepEqual([red.status, statSync(count).size], ["fail", 4]);
        });

        it("end at an interrupt and are not tried again", async () => {
            const abort = new AbortController();
            const progress = { ...silent, update: () => abort.abort() };
            const given = step({ run: "echo begun; sleep 30", retries: 3 });
            const verdict = await runner().hook(given, place(), { progress, signal: abort.signal });
            assert.match(verdict.status === "fail" ? verdict.message : "", /was interrupted/);
        });
    });

    describe("that are checks of the module", () => {
        const check = (answer: ModuleCheck["run"]) => ({
            checks: { answers: { title: "it answers", run: answer } },
        });

        it("see the outputs, and their verdict counts", async () => {
            const parts = check(({ outputs, stack }) =>
                Promise.resolve(pass(String(outputs.get(stack)?.["url"]), { there: true })),
            );
            assert.deepEqual(await hook({ check: "answers" }, parts), pass("postgres://here", { there: true }));
        });

        it("are red when they throw, hang, or say no, and tell no secret", async () => {
            const thrown = await hook(
                { check: "answers" },
                check(() => Promise.reject(new Error("canary-1f2e3d is wrong"))),
            );
            assert.equal(thrown.status === "fail" ? thrown.message : "", "[secret] is wrong");
            const hung = await hook(
                { check: "answers", timeoutSeconds: 0.05 },
                check(() => new Promise(() => {})),
            );
            assert.match(hung.status === "fail" ? hung.message : "", /No answer within its limit of 0\.05 s/);
            const said = check(() => Promise.resolve(failing({ look: "there", hint: "mend" }, "no")));
            const no = await hook({ check: "answers" }, said);
            assert.equal(no.status === "fail" ? no.message : "", "no");
        });
    });

    it("of a gate are checks, whose limit holds all attempts; one that does not block holds nothing up", async () => {
        const given = step({
            name: "it-answers",
            run: "exit 1",
            timeoutSeconds: 2,
            retries: 2,
            backoffSeconds: 0.01,
            blocking: false,
        });
        const gate = runner().gate(given, "validation", place(), silent);
        assert.deepEqual([gate.id, gate.title, gate.blocking], ["database.it-answers", "it answers", false]);
        assert.ok(gate.limitSeconds > 6);
        const later = {
            ...gate,
            id: "later",
            stage: 2 as const,
            run: () => Promise.resolve(pass("ran", { ran: true })),
        };
        const [red, green] = await runChecks([gate, later]);
        assert.deepEqual([red?.status, green?.status], ["fail", "pass"]);
    });

    it("that are exercises answer with a line, or fail by name", async () => {
        const parts: ModuleParts = {
            exercises: { seed: ({ environment }) => Promise.resolve(`seeded ${environment}`) },
        };
        assert.equal(await runner(parts).exercise("seed", place(), run()), "seeded dev");
        const command = exerciseSchema.parse({ name: "load", run: "echo 10 rows; exit 0" });
        assert.equal(await runner().exercise(command, place(), run()), "10 rows");
        const broken = exerciseSchema.parse({ run: "/bin/false" });
        await assert.rejects(runner().exercise(broken, place(), run()), {
            code: "exercise-failed",
            message: /database: the exercise false failed: `\/bin\/false` ended with exit code 1/,
        });
    });

    it("that the module does not have are refused before anything runs", () => {
        const named = (more: object) => [{ stack: "database", definition: { ...place().definition, ...more } }];
        const parts = { checks: { answers: { title: "", run: () => Promise.reject(new Error("not run")) } } };
        const gates = gatesSchema.parse({ validation: [{ check: "anwsers" }] });
        assert.throws(() => runner(parts).demand(named({ gates })), {
            code: "step-unknown",
            hint: "did you mean 'answers'?",
        });
        assert.throws(() => runner().demand(named({ exercises: ["seed"] })), {
            code: "step-unknown",
            hint: /`run: …`/,
        });
        runner(parts).demand(named({ gates: gatesSchema.parse({ validation: [{ check: "answers" }] }) }));
    });

    it("have a name in any case, and are either a command or a check", () => {
        assert.equal(stepName(step({ run: "/usr/bin/psql -c x" })), "psql");
        assert.equal(stepName(step({ run: ["node", "x.js"] })), "node");
        assert.equal(stepName(step({ check: "answers" })), "answers");
        assert.equal(stepName("seed"), "seed");
        for (const wrong of [{}, { run: "x", check: "y" }, { run: "x", timeoutSeconds: 0 }, { run: "x", retries: 99 }])
            assert.ok(!stepSchema.safeParse(wrong).success, JSON.stringify(wrong));
    });
});
