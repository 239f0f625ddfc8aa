import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../../../automation/core/repository";
import { planOf, type Allowed, type Plan } from "../../../automation/lakehouse/migration/plan";
import type { Side } from "../../../automation/lakehouse/migration/mixes";
import { environmentSchema } from "../../../stacks/environment";
import { catalog, example, flink, kafka, reachable } from "./sides";

const names = readdirSync(join(repositoryRoot, "stacks"))
    .filter((file) => /^[a-z]+\.yaml$/.test(file))
    .map((file) => file.replace(/\.yaml$/, ""));

const everything: Allowed = {
    together: true,
    lose: ["foundation", "storage", "broker", "catalog", "runtime", "observability"],
};
const order = ({ moves }: Plan): string => moves.map(({ axes }) => axes.map(({ axis }) => axis).join("+")).join(" ");
const codes = ({ refusals }: Plan): string[] => refusals.map(({ code }) => code);

/** What the file of a move says, understood. */
const after = (plan: Plan, number: number) => environmentSchema.parse(parse(plan.moves[number - 1]?.text ?? ""));

function holds(from: Side, to: Side, plan: Plan): void {
    const { moves } = plan;
    assert.equal(moves.at(-1)?.text, to.text, "the last is the file itself");
    for (const [index] of moves.entries()) assert.equal(after(plan, index + 1).name, to.settings.name);
    const moved = moves.flatMap(({ axes }) => axes.map(({ axis }) => axis));
    assert.equal(new Set(moved).size, moved.length, "an axis moved twice");
    for (const { axes, together } of moves) assert.equal(together.length, axes.length === 1 ? 0 : axes.length);
    const first = moves[0]?.data ?? [];
    assert.match(first[0]?.why ?? "", new RegExp(`stays in ${from.settings.name},`));
}

describe("a plan of a migration", () => {
    it("leads from each example to each other one, over files that are valid, to the very file", () => {
        const told: string[] = [];
        for (const one of names)
            for (const other of names.filter((name) => name !== one)) {
                const [from, to] = [example(one), example(other)];
                const plan = planOf(from, to, everything);
                // Those that differ in no profile are there at once: `up` rolls them out.
                if (plan.moves.length === 0) {
                    assert.deepEqual(codes(plan), ["migration-unreachable"], `${one} → ${other}`);
                    told.push(`${one} ${other}`);
                    continue;
                }
                assert.deepEqual(plan.refusals, [], `${one} → ${other}`);
                holds(from, to, plan);
            }
        assert.ok(told.length < names.length * 3, told.join());
    });

    it("from the laptop to production begins with the cluster, and says why the rest cannot be apart", () => {
        const plan = planOf(example("local"), example("prod"));
        assert.equal(order(plan), "foundation storage+broker+catalog+runtime+observability");
        assert.deepEqual(codes(plan), [
            "migration-unreachable",
            ...Array.from({ length: 3 }, () => "migration-loses-data"),
        ]);
        const [, second] = plan.moves;
        assert.match(second?.together[0] ?? "", /^storage alone: .*'embedded' cannot serve tables on 's3'/);
        assert.deepEqual(
            second?.data.filter(({ fate }) => fate === "lost").map(({ axis }) => axis),
            ["storage", "broker", "catalog"],
        );
        // What the next move takes away is not protected before.
        assert.equal(after(plan, 1).protectData, false);
        assert.equal(after(plan, 2).protectData, true);
        assert.equal(after(plan, 1).gates.deadLettersMax, 100, "the gates are those of the jobs that run");
    });

    it("moves axis by axis in the usual order where it can", () => {
        const plan = planOf(
            reachable("lake"),
            reachable("lake", { storage: { profile: "gcs" }, broker: kafka("two"), runtime: flink("two") }),
            everything,
        );
        assert.equal(order(plan), "storage broker runtime");
        assert.deepEqual(plan.refusals, []);
        assert.deepEqual(
            [1, 2, 3].map((number) => {
                const { storage, broker, runtime } = after(plan, number);
                return [
                    storage?.profile,
                    broker && "bootstrapServers" in broker && broker.bootstrapServers[0],
                    runtime && "flinkRest" in runtime && runtime.flinkRest[8],
                ];
            }),
            [
                ["gcs", "o", "o"],
                ["gcs", "t", "o"],
                ["gcs", "t", "t"],
            ],
        );
    });

    it("has the foundation before the first axis that needs it", () => {
        const eks = example("prod").raw;
        const plan = planOf(
            reachable("lake"),
            reachable("lake", {
                catalog: catalog("two"),
                foundation: eks["foundation"],
                broker: { profile: "msk" },
            }),
            everything,
        );
        assert.equal(order(plan), "foundation broker catalog");
        const later = planOf(
            reachable("lake"),
            reachable("lake", {
                broker: kafka("two"),
                foundation: eks["foundation"],
                runtime: { profile: "kubernetes" },
                observability: { profile: "kubernetes" },
            }),
            everything,
        );
        assert.equal(order(later), "broker foundation runtime+observability");
        assert.deepEqual(later.refusals, [], "two at one time need no consent");
    });

    it("moves storage and catalog together, for the one names the other's files", () => {
        const to = reachable("lake", { storage: { profile: "gcs" }, catalog: catalog("two") });
        const plan = planOf(reachable("lake"), to, everything);
        assert.equal(order(plan), "storage+catalog");
        assert.match(plan.moves[0]?.together[0] ?? "", /its entries name the tables' files on the storage/);
    });

    it("does not take brokers from a batch job that has read of them", () => {
        const batch = { mode: "batch" };
        const to = reachable("lake", { ...batch, broker: kafka("two") });
        const plan = planOf(reachable("lake", batch), to, everything);
        assert.deepEqual([plan.moves.length, codes(plan)], [0, ["migration-unreachable"]]);
        assert.match(plan.refusals[0]?.why?.join() ?? "", /topic-recreated/);
        // With the tables new there is nothing that was read.
        const both = planOf(
            reachable("lake", batch),
            reachable("lake", { ...batch, broker: kafka("two"), storage: { profile: "gcs" } }),
            everything,
        );
        assert.equal(order(both), "storage+broker");
    });

    it("in place it moves settings too, and what is no axis last", () => {
        const from = reachable("lake");
        const to = reachable("lake", { "storage.oldVersionDays": 30, runtime: flink("two"), tags: { team: "data" } });
        const plan = planOf(from, to, everything);
        assert.equal(order(plan), "storage runtime");
        assert.deepEqual([after(plan, 1).tags, after(plan, 2).tags], [{}, { team: "data" }]);
        assert.ok(plan.moves.every(({ data }) => data.every(({ fate }) => fate !== "lost")));
        assert.deepEqual(plan.moves[0]?.keeps, ["storage", "broker", "catalog", "runtime", "observability"]);
    });

    it("takes what one environment uses into no other: it moves first", () => {
        const from = reachable("one");
        const to = reachable("two", { broker: kafka("two"), storage: { profile: "gcs" }, catalog: catalog("two") });
        const plan = planOf(from, to, everything);
        assert.equal(order(plan), "storage+broker+catalog");
    });

    it("refuses what would be lost, until each axis is named", () => {
        const from = reachable("lake");
        const to = reachable("lake", { broker: kafka("two"), storage: { profile: "gcs" } });
        assert.deepEqual(
            planOf(from, to).refusals.map(({ todo }) => todo.split(" ").slice(0, 2).join(" ")),
            ["--lose storage", "--lose catalog", "--lose broker"],
        );
        assert.deepEqual(planOf(from, to, { lose: ["storage", "catalog", "broker"] }).refusals, []);
    });

    it("refuses to take away what is protected", () => {
        const from = reachable("lake", { protectData: true });
        const plan = planOf(from, reachable("lake", { storage: { profile: "gcs" } }), everything);
        assert.deepEqual(codes(plan), ["migration-protected"]);
        assert.match(plan.refusals[0]?.todo ?? "", /protectData: false/);
    });

    it("refuses what an environment that is there cannot change, all at once", () => {
        const to = reachable("lake", {
            storage: { profile: "gcs" },
            state: { backend: "s3://another", secretsProvider: "awskms://alias/a" },
            "aws.region": "eu-central-1",
        });
        const plan = planOf(reachable("lake"), to, everything);
        assert.deepEqual(plan.moves, []);
        assert.deepEqual(
            plan.refusals.map(({ code, what }) => `${code} ${/^'(\w+)'/.exec(what)?.[1]}`),
            ["migration-unreachable state", "migration-unreachable aws"],
        );
    });

    it("refuses where no axis differs, and says what does the rest", () => {
        const plan = planOf(reachable("lake"), reachable("lake", { tags: { team: "data" } }));
        assert.match(plan.refusals[0]?.what ?? "", /No axis of lake differs/);
    });
});
