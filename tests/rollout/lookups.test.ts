import assert from "node:assert/strict";
import type { PendingCreate } from "../../automation/engine/pending";
import { commandLookup, givenDecisions, givenLookup } from "../../automation/rollout/lookups";

const urn = (name: string): string => `urn:pulumi:dev::shop::aws:ec2/vpc:Vpc::${name}`;
const pending = (name: string): PendingCreate => ({
    urn: urn(name),
    type: "aws:ec2/vpc:Vpc",
    name,
    inputs: { cidrBlock: "10.0.0.0/16" },
    known: undefined,
});
const { signal } = new AbortController();

describe("creations that were cut off", () => {
    it("are told by hand as URN=ID and URN=absent", async () => {
        const given = givenDecisions([`${urn("a")}=vpc-1=x`, `${urn("b")}=absent`]);
        assert.deepEqual(
            await Promise.all(["a", "b", "c"].map((name) => givenLookup(given).lookup(pending(name), signal))),
            [{ kind: "import", id: "vpc-1=x" }, { kind: "create" }, undefined],
        );
        const arn = "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1";
        assert.deepEqual(givenDecisions([`${urn("a")}=${arn}`]).get(urn("a")), { kind: "import", id: "vpc-1" });
        for (const wrong of ["vpc-1", `${urn("a")}=`, "a=b"])
            assert.throws(() => givenDecisions([wrong]), { code: "usage" });
    });

    it("are told by a command: an id, absence, or no answer", async () => {
        const place = { directory: "/", environment: "dev", stack: "net" };
        const ask = (run: string | string[], timeoutSeconds = 10) =>
            commandLookup({ run, timeoutSeconds }, place, process.env).lookup(pending("a"), signal);
        assert.deepEqual(await ask('echo looking; echo \'{"id": "vpc-1"}\''), { kind: "import", id: "vpc-1" });
        assert.deepEqual(await ask(["echo", '{"absent": true}']), { kind: "create" });
        assert.deepEqual(
            await ask(`case "$(cat "$TIDEGATE_PENDING")" in *10.0.0.0*) echo '{"id":"'$TIDEGATE_STACK'"}';; esac`),
            {
                kind: "import",
                id: "net",
            },
        );
        for (const none of [
            "true",
            'echo \'{"id": ""}\'',
            "echo '{\"absent\": false}'",
            'echo \'{"id": "x"}\'; exit 1',
        ])
            assert.equal(await ask(none), undefined, none);
        assert.equal(await ask("sleep 30", 0.2), undefined);
    });
});
