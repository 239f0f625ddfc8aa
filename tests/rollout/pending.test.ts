import assert from "node:assert/strict";
import type { PendingDecision } from "../../automation/engine/pending";
import type { NamedLookup } from "../../automation/rollout/lookups";
import { settle } from "../../automation/rollout/pending";

const urn = (name: string): string => `urn:pulumi:dev::shop::aws:ec2/vpc:Vpc::${name}`;
const pending = (names: string[], known: Record<string, string> = {}) => ({
    deployment: {
        resources: Object.entries(known).map(([name, id]) => ({ urn: urn(name), type: "aws:ec2/vpc:Vpc", id })),
        pending_operations: names.map((name) => ({
            type: "creating",
            resource: { urn: urn(name), type: "aws:ec2/vpc:Vpc", custom: true, inputs: { cidrBlock: "10.0.0.0/16" } },
        })),
    },
});
const net = { stack: "net", environment: "dev" };
const { signal } = new AbortController();
const fixed = (by: string, answers: Record<string, PendingDecision>): NamedLookup => ({
    by,
    lookup: ({ name }) => Promise.resolve(answers[name]),
});

describe("creations that were cut off", () => {
    it("are none where nothing is pending", async () => {
        assert.deepEqual(await settle(net, pending([]), [], signal), []);
    });

    it("are decided by the first that can tell", async () => {
        const lookups = [
            fixed("--pending", { a: { kind: "import", id: "vpc-1" } }),
            fixed("module", { a: { kind: "create" }, b: { kind: "create" } }),
        ];
        const found = await settle(net, pending(["a", "b"]), lookups, signal);
        assert.deepEqual(found, [
            { urn: urn("a"), decision: { kind: "import", id: "vpc-1" }, by: "--pending" },
            { urn: urn("b"), decision: { kind: "create" }, by: "module" },
        ]);
    });

    it("stop the run where nobody can tell, and where there are two of one", async () => {
        const lookups = [fixed("tags", { a: { kind: "import", id: "vpc-1" }, c: { kind: "import", id: "vpc-9" } })];
        await assert.rejects(
            settle(net, pending(["a", "b", "c"], { c: "vpc-3" }), lookups, signal),
            (error: Error & { code: string; hint?: string }) => {
                assert.equal(error.code, "pending-undecided");
                assert.match(error.message, /creation of 2 resources were cut off|2 resources were cut off/);
                assert.match(
                    error.message,
                    /'b': nothing can tell[^]*'c': there are two of it: vpc-3, .* vpc-9, which tags has found/,
                );
                assert.doesNotMatch(error.message, /'a'/);
                assert.ok(
                    error.hint?.includes(
                        `npx tidegate resume dev --pending '${urn("b")}=ID' --pending '${urn("c")}=ID'\n`,
                    ),
                    error.hint,
                );
                return true;
            },
        );
    });

    it("are named with what finds them, where they have the tag that says which one they are", async () => {
        const { deployment } = pending(["a", "b"]);
        const [, second] = deployment.pending_operations;
        const tags = { "tidegate:urn": "urn:b" };
        Object.assign(second?.resource.inputs ?? {}, { tags, region: "eu-west-1" });
        await assert.rejects(settle(net, { deployment }, [], signal), (error: Error) => {
            const lines = error.message.split("\n").map((line) => line.trim());
            assert.deepEqual(lines.slice(-3), [
                "aws:ec2/vpc:Vpc 'b': nothing can tell whether it is there",
                urn("b"),
                "its tag finds it: aws resourcegroupstaggingapi get-resources --tag-filters Key=tidegate:urn,Values=urn:b --query 'ResourceTagMappingList[].ResourceARN' --output text --region eu-west-1",
            ]);
            assert.equal(lines.filter((line) => line.startsWith("its tag")).length, 1);
            return true;
        });
    });
});
