import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { pendingCreates } from "../../automation/engine/pending";
import { Unanswered, withPending } from "../../automation/engine/unanswered";

const urn = (name: string): string => `urn:pulumi:dev::p::sim:index:Bucket::${name}`;
const failed = (name: string, op = "create"): EngineEvent =>
    ({
        sequence: 1,
        timestamp: 1,
        resOpFailedEvent: {
            metadata: {
                op,
                urn: urn(name),
                type: "sim:index:Bucket",
                new: { urn: urn(name), type: "sim:index:Bucket", custom: true, inputs: { name: `${name}-1` } },
            },
            status: 0,
            steps: 0,
        },
    }) as unknown as EngineEvent;
const error = (name: string, message: string): EngineEvent =>
    ({
        sequence: 2,
        timestamp: 1,
        diagnosticEvent: { severity: "error", urn: urn(name), message, prefix: "", color: "never" },
    }) as unknown as EngineEvent;

describe("creates to which no answer came", () => {
    const seen = (...events: EngineEvent[]) => {
        const unanswered = new Unanswered();
        for (const event of events) unanswered.see(event);
        return unanswered.creates;
    };
    const gone = "error: rpc error: code = Unavailable desc = error reading from server: EOF";

    it("are those that failed because the provider was gone, in whatever order it is told", () => {
        assert.deepEqual(
            seen(failed("a"), error("a", gone), error("b", gone), failed("b", "create-replacement")).map(
                (one) => one.urn,
            ),
            [urn("a"), urn("b")],
        );
    });

    it("are those too whose cloud did not answer the provider, unless it was never asked or the state has its id", () => {
        const lost = [
            'RequestError: send request failed: Post "https://ec2.eu-west-1.amazonaws.com/": read tcp 10.0.0.7:4711->52.0.0.1:443: read: connection reset by peer',
            'Error creating Network: Post "https://compute.googleapis.com/": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
            'Put "https://management.azure.com/": EOF',
            'Post "https://kms.eu-west-1.amazonaws.com/": read tcp 10.0.0.7:4711->52.0.0.1:443: i/o timeout',
        ];
        for (const message of lost) assert.equal(seen(failed("a"), error("a", message)).length, 1, message);
        for (const message of [
            'Post "https://ec2.eu-west-1.amazonaws.com/": dial tcp 52.0.0.1:443: connect: connection reset by peer',
            'Post "https://ec2.eu-west-1.amazonaws.com/": dial tcp: lookup ec2.eu-west-1.amazonaws.com: no such host',
            "InvalidParameter: unexpected EOFs are not allowed",
        ])
            assert.deepEqual(seen(failed("a"), error("a", message)), [], message);
        const made = failed("a");
        Object.assign(made.resOpFailedEvent?.metadata.new ?? {}, { id: "vpc-1" });
        assert.deepEqual(seen(made, error("a", lost[0] ?? "")), []);
    });

    it("are not those that the provider has refused, and no updates or deletions", () => {
        assert.deepEqual(
            seen(failed("a"), error("a", "AlreadyExists: a"), failed("b", "update"), error("b", gone)),
            [],
        );
    });

    it("are kept in the state as creates that never ended, beside those that are there", () => {
        const before = { version: 3, deployment: { resources: [], pending_operations: [] } };
        const [create] = seen(failed("a"), error("a", gone));
        assert.ok(create !== undefined);
        const once = withPending(before, [create]);
        assert.deepEqual(
            pendingCreates(once).map(({ name, inputs }) => [name, inputs]),
            [["a", { name: "a-1" }]],
        );
        const [other] = seen(failed("b"), error("b", gone));
        assert.ok(other !== undefined);
        assert.equal(pendingCreates(withPending(once, [other])).length, 2);
    });
});
