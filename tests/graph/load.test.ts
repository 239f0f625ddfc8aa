import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findGraphFile, loadGraphFile, ownGraphFile, pulumiStackName, settingsOf } from "../../automation/graph/load";
import { isGuarded, rulesOf } from "../../automation/rollout/budget";
import { loadModule } from "../../automation/rollout/module";

describe("a graph's file", () => {
    let folder: string;
    beforeEach(() => {
        folder = realpathSync(mkdtempSync(join(tmpdir(), "tidegate-graph-")));
        for (const project of ["network", "app"]) {
            mkdirSync(join(folder, project));
            writeFileSync(join(folder, project, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
        }
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const write = (text: string): string => {
        const file = join(folder, "tidegate.yaml");
        writeFileSync(file, text);
        return file;
    };

    it("says of each stack its project, its name in Pulumi and what is run around it", async () => {
        const graph = await loadGraphFile(
            write(`stack: "{environment}"
stacks:
  network: { project: network, stack: "acme/{environment}.{name}" }
  app:
    project: app
    dependsOn: [network]
    exercises: [seed, { run: "echo x" }]
    hooks: { beforeUp: [{ run: "true" }] }
    gates: { validation: [{ check: answers, blocking: false }] }
`),
        );
        assert.deepEqual(graph.graph.order, ["network", "app"]);
        assert.deepEqual(graph.graph.node("app").exercises, ["seed", "echo"]);
        const app = graph.definition("app");
        assert.equal(app.project, join(folder, "app"));
        assert.equal(pulumiStackName(app.stack, "dev", "app"), "dev");
        assert.equal(pulumiStackName(graph.definition("network").stack, "dev", "network"), "acme/dev.network");
        assert.deepEqual(
            [app.hooks.beforeUp.length, app.hooks.onFailure.length, app.gates.validation[0]?.blocking],
            [1, 0, false],
        );
    });

    it("says what may be changed, and what is protected where", async () => {
        const graph = await loadGraphFile(
            write(`environments: { dev: {}, prod: { changeBudget: { delete: 2, stateful: { replace: 1 } } } }
stacks:
  network: { project: network, protected: [prod], stateful: ["my:*", "!my:own:Cache"] }
  app: { project: app, protected: true }
`),
        );
        const prod = rulesOf(graph, "prod");
        assert.deepEqual(prod.budget, { delete: 2, stateful: { replace: 1, delete: 0 } });
        assert.deepEqual(prod.stacks.get("network"), { protected: true, stateful: ["my:*", "!my:own:Cache"] });
        const dev = rulesOf(graph, "dev");
        assert.deepEqual([isGuarded(dev, "network"), isGuarded(dev, "app"), dev.budget], [false, true, undefined]);
    });

    const refused: [string, string, RegExp][] = [
        [
            "with a stack that is protected nowhere",
            "environments: { prod: {} }\nstacks: { a: { project: app, protected: [pord] } }",
            /'a' is protected in 'pord', which is no environment of /,
        ],
        [
            "with a budget below nothing",
            "environments: { prod: { changeBudget: { replace: -1 } } }\nstacks: { a: { project: app } }",
            /environments\.prod\.changeBudget\.replace/,
        ],
        ["without the project it names", "stacks: { a: { project: gone } }", /there is no .*gone\/Pulumi\.yaml/],
        [
            "with two nodes on one Pulumi stack",
            'stack: "{environment}"\nproject: app\nstacks: { a: {}, b: {} }',
            /'a' and 'b' are the same Pulumi stack, <environment> in /,
        ],
        [
            "with a step that is neither command nor check",
            "stacks: { a: { project: app, gates: { validation: [{ name: x }] } } }",
            /either `run` or `check`/,
        ],
        [
            "with an unknown hook",
            "stacks: { a: { project: app, hooks: { beforeUpp: [] } } }",
            /no key 'beforeUpp'; did you mean 'beforeUp'\?/,
        ],
        ["with another placeholder", 'stacks: { a: { project: app, stack: "{env}" } }', /\{environment\} and \{name\}/],
    ];
    for (const [what, text, message] of refused)
        it(`is refused ${what}`, async () => {
            await assert.rejects(loadGraphFile(write(text)), { code: "graph-invalid", exitCode: 2, message });
        });

    it("is the nearest from the working directory upward, or the one that is named, or the lakehouse's", () => {
        const file = write("stacks: {}");
        assert.equal(findGraphFile({}, join(folder, "app")), file);
        assert.equal(findGraphFile({ TIDEGATE_GRAPH: "other.yaml" }, folder), join(folder, "other.yaml"));
        rmSync(file);
        assert.equal(findGraphFile({}, folder), ownGraphFile);
    });

    it("knows its environments, or takes any where it names none", async () => {
        const none = await loadGraphFile(write("stacks: { a: { project: app } }"));
        assert.deepEqual(settingsOf(none, "dev"), { variables: {}, policyPacks: [], secretsPolicy: "mandatory" });
        assert.throws(() => settingsOf(none, "../dev"), { code: "environment-unknown" });
        const some = await loadGraphFile(
            write('environments: { dev: { backend: "s3://b" } }\nstacks: { a: { project: app } }'),
        );
        assert.equal(settingsOf(some, "dev").backend, "s3://b");
        assert.throws(() => settingsOf(some, "dve"), { code: "environment-unknown", hint: "did you mean 'dev'?" });
    });

    it("may name a module, which has to be one", () => {
        const module = (text: string): (() => unknown) => {
            const file = join(folder, `module-${Math.random()}.ts`);
            writeFileSync(file, text);
            return () => loadModule({ file: "tidegate.yaml", module: file });
        };
        assert.ok(module("export const module = { open: async () => ({}) };")());
        assert.throws(module("export const other = 1;"), { code: "module-invalid" });
        assert.throws(module("export const module = { open: 1 };"), { message: /'module.open' has to be a function/ });
        assert.throws(module("throw new Error('no good');"), { message: /cannot be loaded: no good/ });
    });
});
