import assert from "node:assert/strict";
import type { PendingDecision } from "../../automation/engine/pending";
import { up } from "../../automation/cli/actions/rollout";
import { demandGiven, type GivenStack } from "../../automation/rollout/given";

const type = "aws:ec2/vpc:Vpc";
const urn = (name: string, stack = "dev-net"): string => `urn:pulumi:${stack}::shop::${type}::${name}`;
const { signal } = new AbortController();

describe("what is said of creations that were cut off", () => {
    let looked: string[] = [];
    beforeEach(() => (looked = []));

    const stack = (name: string, pending: readonly string[], known: Record<string, string> = {}): GivenStack => ({
        stack: name,
        target: {
            stack: `dev-${name}`,
            fullName: `organization/shop/dev-${name}`,
            workDirectory: "/",
            variables: {},
            policyPacks: [],
            secretsProvider: undefined,
            checkpoint: undefined,
            exists: undefined,
        },
        state: () => {
            looked.push(name);
            if (name === "never") return Promise.resolve(undefined);
            return Promise.resolve({
                version: 3,
                deployment: {
                    resources: Object.entries(known).map(([of, id]) => ({ urn: urn(of, `dev-${name}`), type, id })),
                    pending_operations: pending.map((of) => ({
                        type: "creating",
                        resource: { urn: urn(of, `dev-${name}`), type, custom: true, inputs: {} },
                    })),
                },
            });
        },
    });
    const stacks = () => [stack("net", ["a", "b"], { c: "vpc-3" }), stack("quiet", []), stack("never", [])];
    const absent: PendingDecision = { kind: "create" };
    const demand = (given: Record<string, PendingDecision>) =>
        demandGiven("dev", new Map(Object.entries(given)), stacks(), signal);
    const whyNot = async (given: Record<string, PendingDecision>): Promise<string> => {
        let message = "";
        await assert.rejects(demand(given), (error: Error & { code: string }) => {
            assert.equal(error.code, "pending-unknown");
            ({ message } = error);
            return true;
        });
        return message;
    };

    it("is heard where it names one, and no other stack is looked at", async () => {
        await demand({ [urn("a")]: absent });
        assert.deepEqual(looked, ["net"]);
    });

    it("is refused where the environment has no such stack, with those that it has", async () => {
        const message = await whyNot({ [urn("a", "prod-net")]: absent });
        assert.match(message, /dev has no stack 'prod-net': its stacks are dev-net, dev-quiet, dev-never/);
    });

    it("is refused where that was not cut off, with what was", async () => {
        const message = await whyNot({ [urn("x")]: absent, [urn("x", "dev-quiet")]: absent, [urn("a")]: absent });
        assert.ok(message.includes(`${urn("x")}\n    of net were cut off: ${urn("a")}, ${urn("b")}`), message);
        assert.ok(message.includes(`${urn("x", "dev-quiet")}\n    nothing of quiet was cut off`), message);
        assert.equal(message.split("\n").length, 5, "the third is right");
        assert.match(await whyNot({ [urn("x", "dev-never")]: absent }), /never was never deployed/);
    });

    it("is of one environment, whose URNs they are", async () => {
        const flags = { exercise: true, parallel: 2, pending: [`${urn("a")}=absent`] };
        await assert.rejects(up(["dev", "prod"], flags), { code: "usage", message: /--pending is of one environment/ });
    });

    it("may be said again where it was followed, and not where the stack has another", async () => {
        await demand({ [urn("c")]: { kind: "import", id: "vpc-3" } });
        await demand({ [urn("c")]: absent });
        assert.match(await whyNot({ [urn("c")]: { kind: "import", id: "vpc-4" } }), /net has it already, as vpc-3/);
    });
});
