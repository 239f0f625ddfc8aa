import assert from "node:assert/strict";
import { z } from "zod";
import { TidegateError } from "../../automation/core/errors";
import { Bridge, CallError } from "../../components/provider/bridge";
import { defineHandler, type AnyHandler, type Handler } from "../../components/provider/handler";
import { Unfinished } from "../../components/provider/unfinished";
import { differences, pathText, unknownValue, unwrap, wrap, type Values } from "../../components/provider/values";
import { testContext } from "./support";

const secret = (value: unknown) => wrap({ value: value as string }, [["value"]]).value;

const inputs = z.strictObject({
    name: z.string(),
    size: z.number().int().default(1),
    settings: z.record(z.string(), z.string()).default({}),
});
const state = z.object({ settings: z.record(z.string(), z.string()), token: z.string() });
type I = z.infer<typeof inputs>;
type S = z.infer<typeof state>;

function bridge(changes: Partial<Handler<I, S>> = {}, context = testContext()): Bridge {
    const handler = defineHandler<I, S>({
        inputs,
        state,
        secretOutputs: ["token"],
        create: async (given) => ({ id: given.name, state: { settings: given.settings, token: "generated" } }),
        read: async (old) => old.state,
        update: async (_old, given) => ({ settings: given.settings, token: "generated" }),
        delete: async () => {},
        ...changes,
    });
    return new Bridge(handler as unknown as AnyHandler, context);
}
const stored = { id: "a", inputs: { name: "a", size: 1, settings: {} }, state: { settings: {}, token: "t" } };

describe("the provider's bridge", () => {
    it("fills in defaults and keeps secrets where they were", () => {
        const news = { name: "a", settings: { password: secret("hunter2hunter2") } };
        const { inputs: checked, failures } = bridge().check(undefined, news);
        assert.deepEqual(failures, []);
        assert.deepEqual(checked, { ...news, size: 1 });
    });

    it("gives a handler plain values and marks secret outputs", async () => {
        let seen: I | undefined;
        const made = await bridge({
            create: async (given) => {
                seen = given;
                return { id: "x", state: { settings: given.settings, token: "generated" } };
            },
        }).create({ name: "a", settings: { open: "o", password: secret("hunter2hunter2") } }, false);
        assert.deepEqual(seen?.settings, { open: "o", password: "hunter2hunter2" });
        const { secrets } = unwrap(made.state);
        assert.deepEqual(secrets.map(pathText).sort(), ["settings.password", "token"]);
    });

    it("names the argument that is wrong, also beside one that is not known yet", () => {
        const news = { name: unknownValue, size: "big", colour: "red" };
        const { failures } = bridge().check(undefined, news);
        assert.deepEqual(failures.map(({ property }) => property).sort(), ["colour", "size"]);
    });

    it("accepts an unknown value of any type", () => {
        const { failures, inputs: checked } = bridge().check(undefined, { name: "a", size: unknownValue });
        assert.deepEqual(failures, []);
        assert.deepEqual(checked, { name: "a", size: unknownValue, settings: {} });
    });

    it("does not put a secret into a failure", () => {
        const check = (given: I) => [{ property: "settings", reason: `'${given.settings.password}' is too short` }];
        const { failures } = bridge({ check }).check(undefined, {
            name: "a",
            settings: { password: secret("hunter2") },
        });
        assert.equal(failures[0]?.reason, "'[secret]' is too short");
    });

    it("shows errors as message and hint, without secrets and without a stack", async () => {
        const failing = bridge({
            create: async (given) => {
                throw new TidegateError(`login with ${given.settings.password} failed`, {
                    code: "x",
                    hint: "Try again.",
                });
            },
        });
        const news = { name: "a", settings: { password: secret("hunter2hunter2") } };
        await assert.rejects(failing.create(news, false), (error) => {
            assert.ok(error instanceof CallError);
            assert.equal(error.message, "login with [secret] failed\nTry again.");
            assert.equal(error.state, undefined);
            return true;
        });
    });

    it("hands the state over where the resource exists though the call failed", async () => {
        const failing = bridge({
            update: async (old) => {
                throw new Unfinished(old.state, "half done", { code: "x" });
            },
        });
        await assert.rejects(failing.update(stored, { name: "a" }, false), (error) => {
            assert.ok(error instanceof CallError && error.state !== undefined);
            assert.deepEqual(unwrap(error.state).values, stored.state);
            assert.deepEqual(unwrap(error.state).secrets, [["token"]]);
            return true;
        });
    });

    it("changes nothing in a preview, where outputs are unknown but those that are certain", async () => {
        const never = async (): Promise<never> => assert.fail("a preview called the handler");
        const previewing = bridge({ create: never, update: never, preview: (old) => ({ token: old.state.token }) });
        const { state: created } = await previewing.create({ name: "a" }, true);
        assert.deepEqual(unwrap(created).values, { settings: unknownValue, token: unknownValue });
        const updated = await previewing.update(stored, { name: "a", settings: { a: "b" } }, true);
        assert.deepEqual(unwrap(updated).values, { settings: unknownValue, token: "t" });
        assert.deepEqual(unwrap(updated).secrets, [["token"]]);
    });

    it("compares inputs as deep as they have one shape, and replaces where the handler says so", () => {
        const news = { name: "b", size: 1, settings: { "a.b": "c" } };
        assert.deepEqual(bridge({ replaceOnChange: ["name"] }).diff(stored, news).changes, [
            { path: "name", replace: true },
            { path: 'settings["a.b"]', replace: false },
        ]);
        assert.deepEqual(bridge().diff(stored, { name: "a", size: 1, settings: {} }).changes, []);
    });

    it("takes an unknown input for a change, without asking the handler", () => {
        const diff = (): never => assert.fail("a handler can't compare unknown values");
        const changes = bridge({ diff }).diff(stored, { ...stored.inputs, size: unknownValue } as Values).changes;
        assert.deepEqual(
            changes.map(({ path }) => path),
            ["size"],
        );
    });

    it("sees no difference between a member that is null and one that is left out", () => {
        assert.deepEqual(differences({ a: { b: null } }, { a: {} }), []);
        assert.deepEqual(differences([1, 2], [1, 2, 3]), [[]]);
    });
});
