import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { TidegateError } from "../../automation/core/errors";
import { nameOf } from "../../automation/rehearsal/cloud";
import { readYamlFile } from "../../automation/core/yamlFile";
import {
    byChance,
    calm,
    faultPlanOf,
    faultPlanSchema,
    forgetPlanned,
    missedFaults,
    planned,
    type Call,
    type FaultPlan,
    type Happening,
} from "../../automation/rehearsal/faults";
import { removeFolders, temporaryCloud, temporaryFolder, thingOf } from "./support";

const call = (more: Partial<Call> = {}): Call => ({
    type: "aws:s3/bucket:Bucket",
    urn: "urn:pulumi:dev-storage::tidegate::aws:s3/bucket:Bucket::storage-warehouse",
    name: "storage-warehouse",
    operation: "create",
    ...more,
});

const plan = (...faults: unknown[]): FaultPlan => faultPlanSchema.parse({ faults });

/** What happens to calls that come one after the other. */
function happenings(of: FaultPlan, calls: readonly Call[]): Happening[] {
    const cloud = temporaryCloud();
    return calls.map((one) => planned(of, one, cloud));
}

describe("a plan of faults", () => {
    after(removeFolders);

    it("does to a call what each kind says, and nothing else", () => {
        const type = "aws:s3/bucket:Bucket";
        const effects: readonly (readonly [object, Partial<Happening>])[] = [
            [{ kind: "throttle", type, times: 3 }, { throttled: 3 }],
            [{ kind: "fail", type, message: "no" }, { fails: "no" }],
            [{ kind: "lost-answer", type }, { answerLost: true }],
            [{ kind: "crash", type }, { crashes: "before" }],
            [{ kind: "crash", type, after: true }, { crashes: "after" }],
            [{ kind: "slow", type, seconds: 90 }, { slower: 90 }],
            [{ kind: "eventual", type, seconds: 2 }, { unseenMs: 2_000 }],
        ];
        for (const [fault, effect] of effects)
            assert.deepEqual(happenings(plan(fault), [call(), call()]), [{ ...calm(), ...effect }, calm()]);
        const [first] = happenings(plan({ kind: "fail", type }), [call()]);
        assert.match(first?.fails ?? "", /InternalFailure/);
    });

    it("is given up by a provider that is throttled for too long", () => {
        const [first] = happenings(plan({ kind: "throttle", type: "*", times: 26 }), [call()]);
        assert.match(first?.fails ?? "", /ThrottlingException.* after 25 attempts/);
        assert.equal(first?.throttled, 0);
    });

    it("hits the nth call that matches, and so many in a row", () => {
        const hit = happenings(plan({ kind: "fail", type: "*", nth: 3, times: 2 }), Array<Call>(6).fill(call()));
        assert.deepEqual(
            hit.map(({ fails }) => fails !== undefined),
            [false, false, true, true, false, false],
        );
    });

    it("counts only calls that match by type, name and operation", () => {
        const only = plan({ kind: "fail", type: "aws:s3/*", name: "storage-*", operation: "delete", nth: 2 });
        const matching = call({ operation: "delete" });
        const hit = happenings(only, [
            matching,
            call(),
            call({ operation: "delete", name: "other" }),
            call({ operation: "delete", type: "aws:kms/key:Key" }),
            matching,
        ]);
        assert.deepEqual(
            hit.map(({ fails }) => fails !== undefined),
            [false, false, false, false, true],
        );
    });

    it("takes every character of a pattern but the star as it is", () => {
        const [dotted] = happenings(plan({ kind: "fail", type: "aws.s3/bucket:Bucket" }), [call()]);
        assert.deepEqual(dotted, calm());
        const [part] = happenings(plan({ kind: "fail", type: "s3/bucket" }), [call()]);
        assert.deepEqual(part, calm(), "a pattern is of the whole text");
    });

    it("lets several faults meet in one call", () => {
        const both = plan({ kind: "slow", type: "*", seconds: 5 }, { kind: "lost-answer", type: "*" });
        assert.deepEqual(happenings(both, [call()]), [{ ...calm(), slower: 5, answerLost: true }]);
    });

    it("refuses what is over a quota for as long as it is, and deletions never", () => {
        const cloud = temporaryCloud();
        const quota = plan({ kind: "quota", type: "aws:s3/*", limit: 1 });
        const create = (): string | undefined => planned(quota, call(), cloud).refused;
        assert.equal(create(), undefined);
        cloud.add(thingOf({ type: call().type, visibleMs: Date.now() + 60_000 }));
        assert.match(create() ?? "", /LimitExceeded: the quota of 1 aws:s3\/bucket:Bucket/);
        assert.match(create() ?? "", /LimitExceeded/);
        assert.equal(planned(quota, call({ operation: "delete" }), cloud).refused, undefined);
        cloud.remove(call().type, "box-1");
        assert.equal(create(), undefined);
    });

    it("tells in the end which of its faults have hit nothing, and what there was instead", () => {
        const cloud = temporaryCloud();
        const { type } = call();
        const faults = plan(
            { kind: "fail", type },
            { kind: "fail", type, name: "storage-warehose" },
            { kind: "crash", type: "aws:s3/*", nth: 9 },
            { kind: "slow", type, operation: "update", seconds: 1 },
            { kind: "eventual", type: "aws:kms/key:Key", seconds: 1 },
            { kind: "quota", type, limit: 99 },
            { kind: "throttle", type, name: "*-logs" },
        );
        const play = (urn: string, startedMs: number): void => {
            planned(faults, call({ urn, name: nameOf(urn) }), cloud);
            const how = { operation: "create", outcome: "done", seconds: 0 } as const;
            cloud.note({ stack: "dev-storage", urn, type, ...how, startedMs, endedMs: startedMs });
        };
        play(call().urn, 1_000);
        const before = missedFaults(faults, cloud, 2_000).map(({ index }) => index);
        assert.deepEqual(before, [1, 2, 3, 4, 6]);
        play(call().urn, 2_000);
        for (let box = 0; box < 6; box++) play(call().urn.replace("warehouse", `box${box}`), 2_001);
        assert.deepEqual(missedFaults(faults, cloud, 2_000), [
            {
                index: 1,
                text: `'fail' of ${type} has hit nothing: its type was met 7 times for 'create', and never as 'storage-warehose': as 'storage-box0', 'storage-box1', 'storage-box2', 'storage-box3', 'storage-box4' and 2 more`,
            },
            {
                index: 2,
                text: "'crash' of aws:s3/* has hit nothing: a call that it is for came 8 times, and it waits for number 9",
            },
            { index: 3, text: `'slow' of ${type} has hit nothing: its type was met 7 times, and never for 'update'` },
            {
                index: 4,
                text: "'eventual' of aws:kms/key:Key has hit nothing: nothing of its type was created, updated or deleted",
            },
            {
                index: 6,
                text: `'throttle' of ${type} has hit nothing: its type was met 7 times for 'create', and never as '*-logs': as 'storage-box0', 'storage-box1', 'storage-box2', 'storage-box3', 'storage-box4' and 2 more`,
            },
        ]);
        play(call().urn, 2_002);
        assert.ok(!missedFaults(faults, cloud, 2_000).some(({ index }) => index === 2));
    });

    it("begins to count anew where a cloud is kept that has seen another", () => {
        const cloud = temporaryCloud();
        const second = plan({ kind: "fail", type: "*", nth: 2 });
        const fails = (): boolean => planned(second, call(), cloud).fails !== undefined;
        assert.deepEqual([fails(), fails(), fails()], [false, true, false]);
        forgetPlanned(second, cloud);
        assert.deepEqual(missedFaults(second, cloud, 0).length, 1);
        assert.deepEqual([fails(), fails(), fails()], [false, true, false]);
    });

    it("is counted for all processes of a rehearsal together", () => {
        const cloud = temporaryCloud();
        const once = plan({ kind: "fail", type: "*" });
        assert.notEqual(planned(once, call(), cloud).fails, undefined);
        assert.equal(planned(once, call(), cloud).fails, undefined);
    });

    it("names each mistake of its file, with its line", async () => {
        const file = join(temporaryFolder(), "faults.yaml");
        const text = [
            "faults:",
            "  - { kind: throtle, type: x }",
            "  - { kind: fail, typ: x }",
            "  - { kind: slow, type: x }",
            "  - { kind: eventual, type: x, seconds: 1, operation: update }",
            "  - { kind: fail, type: x, nth: 0 }",
        ];
        await writeFile(file, text.join("\n"));
        const options = { kind: "plan of faults", code: "faults-invalid" };
        await assert.rejects(readYamlFile(file, faultPlanSchema, options), (error) => {
            assert.ok(TidegateError.is(error) && error.code === "faults-invalid");
            for (const line of [2, 3, 4, 5, 6]) assert.match(error.message, new RegExp(`faults.yaml:${line}: `));
            assert.match(error.message, /'throttle', 'fail'|kind/);
            assert.match(error.message, /'typ'/);
            assert.match(error.message, /seconds/);
            assert.match(error.message, /'operation'/);
            return true;
        });
        await rm(file);
    });

    it("is refused where it could hit nothing: then a rehearsal would be green of nothing", () => {
        const of = faultPlanOf(["aws:s3/bucket:Bucket", "aws:kms/key:Key"]);
        for (const type of ["*", "aws:s3/*", "aws:kms/key:Key"])
            assert.ok(of.safeParse({ faults: [{ kind: "fail", type }] }).success, type);
        const { error } = of.safeParse({ faults: [{ kind: "fail", type: "aws:s3/bukket:Bucket" }] });
        assert.match(error?.message ?? "", /no type that is simulated.*did you mean 'aws:s3\/bucket:Bucket'/);
    });
});

describe("faults by chance", () => {
    after(removeFolders);

    const calls = Array.from({ length: 400 }, (_, index) =>
        call({
            name: `r${index}`,
            urn: `urn:pulumi:dev-storage::tidegate::a:b:C::r${index}`,
            operation: (["create", "update", "delete"] as const)[index % 3] ?? "create",
        }),
    );
    const chances = (seed: number, of: readonly Call[]): Map<string, Happening> => {
        const cloud = temporaryCloud();
        return new Map(of.map((one) => [`${one.operation} ${one.urn}`, byChance(seed, one, cloud)]));
    };

    it("are the same for the same seed, in whatever order calls come", () => {
        const inOrder = chances(7, calls);
        fc.assert(
            fc.property(fc.shuffledSubarray(calls, { minLength: calls.length }), (shuffled) => {
                const other = chances(7, shuffled);
                for (const [key, happening] of inOrder) assert.deepEqual(other.get(key), happening);
            }),
            { numRuns: 3 },
        );
        assert.notDeepEqual([...chances(8, calls)], [...inOrder]);
    }).timeout(30_000);

    it("are of every kind but a lost answer, and never a crash that may have done something", () => {
        const all = [...chances(7, calls).values()];
        const has = (holds: (one: Happening) => boolean): boolean => all.some(holds);
        assert.ok(has(({ throttled }) => throttled > 0 && throttled <= 5));
        assert.ok(has(({ slower }) => slower >= 60));
        assert.ok(has(({ fails }) => fails !== undefined));
        assert.ok(has(({ crashes }) => crashes === "before"));
        assert.ok(has(({ unseenMs }) => unseenMs > 0));
        assert.ok(
            !has(({ answerLost, crashes, refused }) => answerLost || crashes === "after" || refused !== undefined),
        );
        const hit = all.filter((one) => one !== calm()).length;
        assert.ok(hit > 40 && hit < 160, `${hit} of 400 calls were hit`);
    });

    it("let only creates be unseen", () => {
        for (const [key, { unseenMs }] of chances(7, calls)) if (!key.startsWith("create")) assert.equal(unseenMs, 0);
    });

    it("stop a resource at most once for each operation, so that whoever goes on comes to an end", () => {
        const cloud = temporaryCloud();
        for (const one of calls.slice(0, 200)) {
            const tries = [1, 2, 3].map(() => byChance(3, one, cloud));
            const stopped = tries.map(({ fails, crashes }) => fails !== undefined || crashes !== undefined);
            assert.deepEqual(stopped.slice(1), [false, false]);
        }
    });
});
