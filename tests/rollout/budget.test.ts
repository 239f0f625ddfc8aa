import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import { repositoryRoot } from "../../automation/core/repository";
import { changeBudgetSchema } from "../../automation/graph/protection";
import {
    approvalsOf,
    demandConfirmed,
    isGuarded,
    nameFor,
    overLimits,
    overText,
    type ChangeRules,
} from "../../automation/rollout/budget";
import type { StackChanges } from "../../automation/rollout/changes";
import { isStateful, knownStateful } from "../../automation/rollout/stateful";
import { bucket, urnOf } from "./scripted";

const plainType = "aws:iam/role:Role";
const change = (stack: string, op: string, name: string, type = bucket) => ({
    urn: urnOf(stack, name, type),
    type,
    name,
    op,
    properties: [],
});
const changes = (stack: string, ...resources: StackChanges["resources"]): StackChanges => ({
    stack,
    resources,
    outputs: [],
});
const rules = (budget?: object, guarded: readonly string[] = [], stateful: readonly string[] = []): ChangeRules => ({
    environment: "prod",
    budget: budget === undefined ? undefined : changeBudgetSchema.parse(budget),
    stacks: new Map(["a", "b", "c"].map((stack) => [stack, { protected: guarded.includes(stack), stateful }])),
});
const limits = (given: ChangeRules, all: readonly StackChanges[]): string[] =>
    overLimits(given, all).map(({ limit }) => limit);

describe("a change budget", () => {
    it("lets nothing that holds data be replaced or deleted, where it says nothing else", () => {
        const all = [changes("a", change("a", "replace", "x"), change("a", "delete", "y", plainType))];
        assert.deepEqual(limits(rules({}), all), ["changeBudget.stateful.replace"]);
        assert.deepEqual(limits(rules({ stateful: { replace: 1 } }), all), []);
        assert.deepEqual(limits(rules({ delete: 0, stateful: { replace: 1 } }), all), ["changeBudget.delete"]);
    });

    it("is none where nobody is there to be asked: nothing that holds data is replaced or deleted", () => {
        const all = [changes("a", change("a", "delete", "x"), change("a", "delete", "y", plainType))];
        const unattended = { ...rules({ stateful: { delete: 5 } }), unattended: true };
        assert.deepEqual(limits(unattended, all), ["unattended"]);
        assert.match(overText(overLimits(unattended, all)), /nobody is here to be asked, and 1 that holds data would/);
        assert.deepEqual(limits({ ...rules(), unattended: true }, [changes("a", change("a", "update", "x"))]), []);
        assert.ok(isGuarded({ ...rules(), unattended: true }, "a"));
    });

    it("counts over stacks, and says what counts", () => {
        const all = ["a", "b"].map((stack) =>
            changes(stack, change(stack, "create", "x"), change(stack, "update", "y")),
        );
        const over = overLimits(rules({ create: 1, update: 2 }), all);
        assert.deepEqual(
            over.map(({ limit, allowed, resources }) => [limit, allowed, resources.map(nameFor)]),
            [["changeBudget.create", 1, [`a/${bucket}/x`, `b/${bucket}/x`]]],
        );
    });

    it("lists each resource once, whatever limits it is over, and not hundreds of them", () => {
        const replaced = [...Array(25).keys()].map((index) => change("a", "replace", `r${index}`));
        const lines = overText(overLimits(rules({ replace: 0 }, ["a"]), [changes("a", ...replaced)])).split("\n");
        assert.deepEqual(lines.slice(0, 3), [
            "protected allows 0, there would be 25",
            "changeBudget.stateful.replace allows 0, there would be 25",
            "changeBudget.replace allows 0, there would be 25",
        ]);
        assert.deepEqual([lines.length, lines.at(-1)], [3 + 20 + 1, "  and 5 more"]);
    });

    it("leaves a protected stack's data alone whatever it allows, and that of others not", () => {
        const all = ["a", "b"].map((stack) => changes(stack, change(stack, "delete", "x")));
        const over = overLimits(rules(undefined, ["b"]), all);
        assert.deepEqual(
            over.map(({ limit, resources }) => [limit, resources.map(({ stack }) => stack)]),
            [["protected", ["b"]]],
        );
        assert.deepEqual(limits(rules({ stateful: { delete: 9 } }, ["b"]), all), ["protected"]);
        assert.deepEqual(
            ["a", "b"].map((stack) => isGuarded(rules(undefined, ["b"]), stack)),
            [false, true],
        );
    });

    describe("of any changes", () => {
        const one = fc.record({
            stack: fc.constantFrom("a", "b", "c"),
            op: fc.constantFrom("create", "update", "replace", "delete", "import"),
            name: fc.integer({ min: 0, max: 40 }).map((number) => `r${number}`),
            type: fc.constantFrom(bucket, plainType),
        });
        const key = ({ stack, type, name }: { stack: string; type: string; name: string }): string =>
            urnOf(stack, name, type);
        const all = fc
            .uniqueArray(one, { selector: key, maxLength: 30 })
            .map((list) =>
                ["a", "b", "c"].map((stack) =>
                    changes(
                        stack,
                        ...list.filter((it) => it.stack === stack).map((it) => change(stack, it.op, it.name, it.type)),
                    ),
                ),
            );
        const count = fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined });
        const given = fc.record({
            budget: fc.option(
                fc.record({
                    create: count,
                    update: count,
                    replace: count,
                    delete: count,
                    stateful: fc.record({ replace: count, delete: count }),
                }),
                { nil: undefined },
            ),
            guarded: fc.subarray(["a", "b", "c"]),
        });

        it("lets pass exactly what is within every limit", () => {
            fc.assert(
                fc.property(all, given, (those, { budget, guarded }) => {
                    const set = rules(budget, guarded);
                    const flat = those.flatMap(({ stack, resources }) => resources.map((it) => ({ ...it, stack })));
                    const n = (test: (it: (typeof flat)[number]) => boolean): number => flat.filter(test).length;
                    const data = (op: string) => n((it) => it.op === op && it.type === bucket);
                    const allowed =
                        n((it) => guarded.includes(it.stack) && it.type === bucket && /replace|delete/.test(it.op)) ===
                            0 &&
                        (set.budget === undefined ||
                            (["create", "update", "replace", "delete"] as const).every(
                                (op) => n((it) => it.op === op) <= (set.budget?.[op] ?? Infinity),
                            )) &&
                        (set.budget === undefined ||
                            (["replace", "delete"] as const).every(
                                (op) => data(op) <= (set.budget?.stateful[op] ?? 0),
                            ));
                    assert.equal(overLimits(set, those).length === 0, allowed);
                }),
                { numRuns: 500 },
            );
        });

        it("is kept once everything that it lists is approved by name, and by nothing that is not approved", () => {
            fc.assert(
                fc.property(all, given, (those, { budget, guarded }) => {
                    const set = rules(budget, guarded);
                    const over = overLimits(set, those);
                    const names = [...new Set(over.flatMap(({ resources }) => resources.map(nameFor)))];
                    const { approved, unused } = approvalsOf(names, those);
                    assert.deepEqual([overLimits(set, those, approved), unused], [[], []]);
                    const strangers = new Set([...approved].map((urn) => `${urn}-other`));
                    assert.deepEqual(overLimits(set, those, strangers), over);
                }),
                { numRuns: 300 },
            );
        });

        it("is over no more limits where less would change", () => {
            fc.assert(
                fc.property(all, given, fc.nat(), (those, { budget, guarded }, drop) => {
                    const set = rules(budget, guarded);
                    const before = limits(set, those);
                    const less = those.map((it) => ({
                        ...it,
                        resources: it.resources.filter((_, index) => index % 3 !== drop % 3),
                    }));
                    assert.ok(limits(set, less).every((limit) => before.includes(limit)));
                }),
                { numRuns: 300 },
            );
        });
    });
});

describe("an approval", () => {
    it("names one resource: by its URN where its name is another's too", () => {
        const twice = changes("a", change("a", "delete", "x"), { ...change("a", "delete", "x"), urn: "urn:other" });
        assert.throws(
            () => approvalsOf([`a/${bucket}/x`], [twice]),
            (error) => TidegateError.is(error) && error.code === "usage" && (error.hint ?? "").includes("urn:other"),
        );
        assert.deepEqual([...approvalsOf(["urn:other"], [twice]).approved], ["urn:other"]);
    });

    it("of what would not change is told, with what is near it", () => {
        const { approved, unused } = approvalsOf([`a/${bucket}/ake`], [changes("a", change("a", "delete", "lake"))]);
        assert.deepEqual([approved.size, unused[0]?.guess], [0, `did you mean 'a/${bucket}/lake'?`]);
    });
});

describe("a destroy of protected stacks", () => {
    it("needs the environment's very name, and names them where it is missing", () => {
        const given = rules(undefined, ["a", "c"]);
        for (const confirmed of [undefined, "production"])
            assert.throws(
                () => demandConfirmed(given, ["a", "b", "c"], confirmed),
                (error) =>
                    TidegateError.is(error) &&
                    error.code === "protected" &&
                    error.exitCode === exitCodes.refused &&
                    error.message.startsWith("a, c of prod are protected"),
            );
        demandConfirmed(given, ["a", "b", "c"], "prod");
        demandConfirmed(given, ["b"], undefined);
    });
});

describe("types that hold data", () => {
    it("are known of clouds, Kubernetes, Docker and this project", () => {
        for (const type of [
            "aws:rds/instance:Instance",
            "aws:fsx/lustreFileSystem:LustreFileSystem",
            "gcp:managedkafka/topic:Topic",
            "azure-native:storage:BlobContainer",
            "azure-native:storage/v20240101:BlobContainer",
            "azure-native:cosmosdb:SqlResourceSqlContainer",
            "kubernetes:core/v1:PersistentVolumeClaim",
            "kubernetes:kafka.strimzi.io/v1beta2:Kafka",
            "tidegate:embedded:KafkaTopic",
        ])
            assert.ok(isStateful(type), type);
        for (const type of [plainType, "kubernetes:core/v1:ConfigMap", "azure-native:network:VirtualNetwork"])
            assert.ok(!isStateful(type), type);
    });

    it("are what a stack calls so too, and not what it takes out", () => {
        assert.ok(isStateful("my:own:Thing", ["my:*"]));
        assert.ok(!isStateful("my:own:Thing", ["my:*", "!my:own:Thing"]));
        assert.ok(!isStateful(bucket, ["!aws:s3/*"]));
        assert.ok(!isStateful("myXown:Thing", ["my.own:*"]), "a dot is a dot");
    });

    it("have names that the installed SDKs know", () => {
        const read = (path: string): string => readFileSync(join(repositoryRoot, "node_modules/@pulumi", path), "utf8");
        let looked = 0;
        for (const token of knownStateful) {
            const [provider = "", module = "", name = ""] = token.split(":");
            if (!["aws", "gcp", "kubernetes", "docker"].includes(provider) || token.includes("*")) continue;
            const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.js`;
            const path =
                provider === "kubernetes"
                    ? join(provider, module.replace(".k8s.io", ""), file)
                    : join(provider, `${module.replace("index/", "")}.js`);
            assert.ok(read(path).includes(`__pulumiType = '${token}'`), token);
            looked++;
        }
        assert.ok(looked > 70, `only ${looked}`);
    });
});
