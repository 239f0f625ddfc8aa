import assert from "node:assert/strict";
import { pendingCreates, settled, type PendingDecision } from "../../automation/engine/pending";
import { uniqueId } from "../../automation/engine/uniqueNames";

const urn = (name: string): string => `urn:pulumi:dev::shop::aws:s3/bucket:Bucket::${name}`;
const resource = (name: string, more: object = {}) => ({
    urn: urn(name),
    type: "aws:s3/bucket:Bucket",
    custom: true,
    inputs: { bucket: `${name}-1a2b` },
    ...more,
});
const creating = (name: string, more: object = {}) => ({ type: "creating", resource: resource(name, more) });
const state = (resources: object[], pending: object[]) => ({
    version: 3,
    deployment: { manifest: { magic: "m" }, resources, pending_operations: pending },
});
const decide = (decisions: Record<string, PendingDecision>) =>
    new Map(Object.entries(decisions).map(([name, decision]) => [urn(name), decision]));
const deploymentOf = (json: unknown) =>
    (json as ReturnType<typeof state>).deployment as unknown as {
        resources: { urn: string; id?: string; delete?: boolean }[];
        pending_operations: unknown[];
    };
const short = (json: unknown) =>
    deploymentOf(json).resources.map(
        ({ urn: of, id, delete: gone }) => `${of.split("::").pop()} ${id}${gone ? " gone" : ""}`,
    );

describe("a state with creations that were cut off", () => {
    it("names each once, with what it was made from and without secrets", () => {
        const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:abc" };
        const json = state(
            [resource("known", { id: "k-1" }), resource("old", { id: "o-1", pendingReplacement: true })],
            [
                creating("new", { inputs: { bucket: "new-1a2b", tags: [{ password: secret }] } }),
                creating("new"),
                creating("known"),
                creating("old"),
                { type: "updating", resource: resource("other", { id: "x" }) },
                creating("component", { custom: false }),
            ],
        );
        const found = pendingCreates(json);
        assert.deepEqual(
            found.map(({ name, known }) => [name, known]),
            [
                ["new", undefined],
                ["known", "k-1"],
                ["old", undefined],
            ],
        );
        assert.doesNotMatch(
            JSON.stringify(pendingCreates(state([], [creating("a", { inputs: { secret } })]))),
            /v1:abc/,
        );
        assert.deepEqual(pendingCreates({ deployment: {} }), []);
    });

    it("takes over what is there, forgets what is not, and is pending no more", () => {
        const json = state(
            [resource("a", { id: "a-1" })],
            [creating("b"), creating("c"), { type: "updating", resource: resource("a") }],
        );
        const after = settled(json, decide({ b: { kind: "import", id: "b-7" }, c: { kind: "create" } }));
        assert.deepEqual(short(after), ["a a-1", "b b-7"]);
        assert.deepEqual(deploymentOf(after).pending_operations, []);
        assert.deepEqual((after as typeof json).deployment.manifest, { magic: "m" }, "the rest is as it was");
    });

    it("takes one over once, also where it was cut off twice or is known already", () => {
        const twice = settled(state([], [creating("b"), creating("b")]), decide({ b: { kind: "import", id: "b-7" } }));
        assert.deepEqual(short(twice), ["b b-7"]);
        const known = settled(
            state([resource("b", { id: "b-7" })], [creating("b")]),
            decide({ b: { kind: "import", id: "b-7" } }),
        );
        assert.deepEqual(short(known), ["b b-7"]);
    });

    it("lets what it takes the place of be deleted, as after any replacement", () => {
        const before = settled(
            state([resource("b", { id: "b-1" })], [creating("b")]),
            decide({ b: { kind: "import", id: "b-2" } }),
        );
        assert.deepEqual(short(before), ["b b-1 gone", "b b-2"]);
        const deleted = settled(
            state([resource("b", { id: "b-1", pendingReplacement: true })], [creating("b")]),
            decide({ b: { kind: "import", id: "b-2" } }),
        );
        assert.deepEqual(short(deleted), ["b b-2"]);
    });
});

describe("a type with unique names", () => {
    it("has an id where its name was known", () => {
        const type = "aws:s3/bucket:Bucket";
        assert.equal(uniqueId({ type, inputs: { bucket: "b-1" } }), "b-1");
        assert.equal(uniqueId({ type, inputs: {} }), undefined);
        assert.equal(uniqueId({ type, inputs: { bucket: "[secret]" } }), undefined);
        assert.equal(uniqueId({ type: "aws:ec2/vpc:Vpc", inputs: { name: "v" } }), undefined);
    });

    it("has one of several names, as far as they were given", () => {
        const nodes = "aws:eks/nodeGroup:NodeGroup";
        assert.equal(uniqueId({ type: nodes, inputs: { clusterName: "c", nodeGroupName: "n" } }), "c:n");
        assert.equal(uniqueId({ type: nodes, inputs: { clusterName: "c" } }), undefined);
        const subnet = { region: "europe-west1", name: "$&" };
        assert.equal(uniqueId({ type: "gcp:compute/subnetwork:Subnetwork", inputs: subnet }), "europe-west1/$&");
        const project = { ...subnet, project: "acme" };
        assert.equal(uniqueId({ type: "gcp:compute/subnetwork:Subnetwork", inputs: project }), "acme/europe-west1/$&");
    });

    it("has one where it is an object of Kubernetes", () => {
        const metadata = { namespace: "lakehouse", name: "flink" };
        const id = (type: string, inputs: object) => uniqueId({ type, inputs: { ...inputs } });
        assert.equal(id("kubernetes:core/v1:ServiceAccount", { metadata }), "lakehouse/flink");
        assert.equal(id("kubernetes:core/v1:Namespace", { metadata: { name: "lakehouse" } }), "lakehouse");
        assert.equal(id("kubernetes:core/v1:ConfigMap", { metadata: { generateName: "x-" } }), undefined);
        assert.equal(id("kubernetes:helm.sh/v3:Release", { namespace: "lakehouse", name: "op" }), "lakehouse/op");
        assert.equal(id("kubernetes:helm.sh/v3:Release", { metadata }), undefined);
    });
});
