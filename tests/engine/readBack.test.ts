import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readBack } from "../../automation/engine/readBack";
import { refusedError, refusedImports } from "../../automation/rollout/adoption";
import { FakePulumi } from "../_helpers/fakePulumi";

const type = "aws:ec2/vpc:Vpc";
const urn = (name: string): string => `urn:pulumi:dev-net::shop::${type}::${name}`;
const creating = (name: string, inputs: object = {}) => ({
    type: "creating",
    resource: { urn: urn(name), type, custom: true, inputs },
});
const exported = (pending: readonly object[], resources: readonly object[] = []) => ({
    version: 3,
    deployment: { manifest: {}, resources, pending_operations: pending },
});
const { signal } = new AbortController();

describe("what is to be taken over", () => {
    let pulumi: FakePulumi;
    beforeEach(async () => (pulumi = await FakePulumi.make()));
    afterEach(() => pulumi.remove());

    const cloud = (...of: Parameters<FakePulumi["cloud"]>) => pulumi.cloud(...of);
    const call = async () => (await pulumi.refreshed()) ?? assert.fail("it was not asked");
    const refused = async (state: unknown, imports: Record<string, string>) =>
        (
            await refusedImports(
                pulumi.target,
                state,
                new Map(Object.entries(imports).map(([name, id]) => [urn(name), id])),
                signal,
            )
        ).map(({ urn: of, why }) => `${of.split("::").pop()}: ${why}`);

    it("is asked of the engine, of a copy of the state that is thrown away", async () => {
        await cloud({ "vpc-1": {} });
        assert.deepEqual(await refused(exported([creating("a"), creating("b")]), { a: "vpc-1" }), []);
        const { args, backend, checkpoint } = await call();
        assert.deepEqual(args.slice(0, 2), ["refresh", "--preview-only"]);
        assert.deepEqual(
            args.filter((_, index) => args[index - 1] === "--target"),
            [urn("a")],
        );
        assert.equal(args.at(-1), "organization/shop/dev-net");
        assert.match(backend, /^file:/, "not the stack's own");
        assert.equal(checkpoint.stack, "organization/shop/dev-net");
        assert.deepEqual(
            checkpoint.latest.resources.map(({ urn: of, id }) => [of, id]),
            [[urn("a"), "vpc-1"]],
        );
        assert.deepEqual(checkpoint.latest.pending_operations, []);
        assert.ok(!existsSync(new URL(backend)), "the copy is gone");
        const settings = args[args.indexOf("--config-file") + 1] ?? "";
        assert.ok(settings.startsWith(new URL(backend).pathname), "the CLI writes into the stack's own settings");
    });

    it("is refused where its provider knows none of this id, or cannot read it", async () => {
        const invalid = { severity: "error", urn: urn("b"), message: "<{%reset%}>invalid id: vpc<{%reset%}>" };
        await cloud({ "vpc-1": {} }, { code: 1, diagnostics: [invalid] });
        const state = exported([creating("a"), creating("b"), creating("c")]);
        assert.deepEqual(await refused(state, { a: "vpc-1", b: "vpc", c: "vpc-2" }), [
            "b: its provider cannot read it: invalid id: vpc",
            `c: its provider knows no ${type} of this id`,
        ]);
    });

    it("is refused where it is another resource: of the stack, or by its tag", async () => {
        const tagged = (value: string) => ({ tags: { "tidegate:urn": value } });
        await cloud({ "vpc-1": tagged("urn:a"), "vpc-2": tagged("urn:z"), "vpc-3": {}, "vpc-4": tagged("urn:z") });
        const pending = ["a", "b", "c", "d"].map((name) => creating(name, name === "d" ? {} : tagged(`urn:${name}`)));
        const resources = [{ urn: urn("old"), type, id: "vpc-9" }];
        assert.deepEqual(await refused(exported(pending), { a: "vpc-1", b: "vpc-2", c: "vpc-3", d: "vpc-4" }), [
            "b: its tag says that it is another resource: urn:z",
        ]);
        assert.deepEqual(await refused(exported(pending, resources), { a: "vpc-1", b: "vpc-9", c: "vpc-1" }), [
            "a: that is 'c' of the same stack",
            "b: that is 'old' of the same stack",
            "c: that is 'a' of the same stack",
        ]);
    });

    it("is not what it takes the place of", async () => {
        await cloud({ "vpc-2": {} });
        const state = exported([creating("a")], [{ urn: urn("a"), type, id: "vpc-1" }]);
        assert.deepEqual(await refused(state, { a: "vpc-2" }), []);
        assert.deepEqual(
            (await call()).checkpoint.latest.resources.map(({ id }) => id),
            ["vpc-2"],
        );
    });

    it("is nobody's to decide where the engine cannot ask", async () => {
        await cloud({}, { code: 1, text: "error: no resource plugin 'pulumi-resource-aws' found\n" });
        const state = { version: 3, deployment: { resources: [{ urn: urn("a"), type, id: "vpc-1" }] } };
        await assert.rejects(readBack(pulumi.target, state, [urn("a")], signal), {
            code: "plugin-missing",
        });
    });

    it("asks for no passphrase, and takes the one that there is", async () => {
        await cloud({ "vpc-1": {} });
        const before = process.env["PULUMI_CONFIG_PASSPHRASE"];
        delete process.env["PULUMI_CONFIG_PASSPHRASE"];
        try {
            await refused(exported([creating("a")]), { a: "vpc-1" });
            assert.equal((await call()).passphrase, "");
            process.env["PULUMI_CONFIG_PASSPHRASE"] = "secret";
            await refused(exported([creating("a")]), { a: "vpc-1" });
            assert.equal((await call()).passphrase, "secret");
        } finally {
            if (before === undefined) delete process.env["PULUMI_CONFIG_PASSPHRASE"];
            else process.env["PULUMI_CONFIG_PASSPHRASE"] = before;
        }
    });

    it("is told with what a person has to look at", () => {
        const { message, code } = refusedError("net", [
            { urn: urn("a"), id: "vpc-1", why: "no such thing", missing: true },
        ]);
        assert.equal(code, "pending-refused");
        assert.ok(message.endsWith(`\n  a as vpc-1: no such thing\n    ${urn("a")}`), message);
    });
});
