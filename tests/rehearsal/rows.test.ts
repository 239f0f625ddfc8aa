/** Every row of every package, against what it says of itself. A row that is added is tested without a word of its own here. */
import assert from "node:assert/strict";
import { CallError } from "../../components/provider/bridge";
import { at, type Values } from "../../components/provider/values";
import { pathOf, valuesAt } from "../../automation/rehearsal/cloud";
import { claimOf, useRows } from "../../automation/rehearsal/relations";
import type { Row } from "../../automation/rehearsal/row";
import { allTables } from "../../automation/rehearsal/tables";
import { permissionSource, permissionSources } from "../../automation/rehearsal/tables/permissions";
import { changedAt, Examples, rowsByToken } from "./examples";
import { removeFolders } from "./support";

/** What only a state knows needs nobody's permission, and to the platform's own servers it comes with the platform's own keys. */
const withoutPermissions = ["random", "tls", "tidegate"];
const nothing = "nothing-of-the-kind";

async function refused(creating: Promise<unknown>, what: RegExp = /./): Promise<void> {
    await assert.rejects(creating, (error) => {
        assert.ok(error instanceof CallError, String(error));
        assert.match(error.message, what);
        return true;
    });
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

describe("rows of the simulated packages", () => {
    before(() => useRows([...rowsByToken.values()].map(({ row }) => row)));
    after(function () {
        // A folder for each of some thousand tests.
        this.timeout(120_000);
        useRows([]);
        removeFolders();
    });

    for (const [name, table] of allTables()) {
        describe(name, () => {
            it("has the version of its SDK, rows of its own alone, each once, and an example of no other", () => {
                assert.match(table.version, /^\d+\.\d+\.\d+/);
                const tokens = table.rows.map(({ token }) => token);
                assert.equal(new Set(tokens).size, tokens.length, "a row stands there twice");
                for (const token of tokens) assert.ok(token.startsWith(`${name}:`), token);
                for (const key of Object.keys(table.examples))
                    assert.ok(tokens.includes(key.split("#")[0] ?? ""), `the example ${key} is of no row`);
            });
            it("has a page for the permissions of each of its services, and for no other", () => {
                const needed = table.rows.flatMap(({ permissions }) => permissions);
                for (const [beginning, page] of Object.entries(permissionSources[name] ?? {})) {
                    assert.match(page, /^https:\/\/\S+$/, beginning);
                    const own = needed.filter((permission) => permission.startsWith(beginning));
                    assert.notDeepEqual(own, [], `no row needs anything that begins with '${beginning}'`);
                    for (const permission of own) assert.equal(permissionSource(name, permission), page, permission);
                }
            });
            for (const row of table.rows) describe(row.token, () => ofRow(row, name));
        });
    }
});

/** The example of a type that gives an input. */
function exampleWith(token: string, input: string): string {
    const examples = rowsByToken.get(token)?.table.examples ?? {};
    const keys = Object.keys(examples).filter((key) => key === token || key.startsWith(`${token}#`));
    const found = keys.find((key) => valuesAt(examples[key], pathOf(input)).length > 0);
    return found ?? assert.fail(`no example of ${token} gives ${input}: one may be called ${token}#…`);
}

function ofRow(row: Row, provider: string): void {
    const { token } = row;

    it("says where it is from, how long it takes, and what has to be allowed", () => {
        assert.match(row.source, /\S{3}/);
        assert.match(row.latency.source, /\S{3}/);
        for (const seconds of [row.latency.create, row.latency.update ?? 1, row.latency.delete ?? 1])
            assert.ok(seconds > 0 && seconds < 86_400, `${seconds} s`);
        const { published = false } = row.latency;
        const figures = row.latency.source.replace(/no published figure for changes.*/, "");
        const counted = /no published figure|counted as|no call is made|measured on a laptop/;
        if (published) {
            assert.match(figures, /\b(\d+|ten|a) (minutes?|seconds?)\b/);
            assert.doesNotMatch(figures, counted);
        } else assert.match(figures, counted, "it neither has a published figure nor says that it is counted");
        for (const { what, source } of row.refuses ?? []) assert.match(`${what} ${source}`, /\S{3}.* \S{3}/);
        if (!withoutPermissions.includes(provider)) assert.notDeepEqual(row.permissions, []);
        for (const permission of row.permissions)
            assert.ok(permissionSource(provider, permission), `tables/permissions.ts has no page for '${permission}'`);
    });

    it("can be made as its example, found by its id, changed, and deleted", async () => {
        const examples = new Examples();
        const made = await examples.make(token);
        assert.notEqual(made.id, "");
        assert.equal(examples.cloud(token).find(token, "id", made.id)?.id, made.id);
        const calls = examples.calls(token);
        assert.deepEqual((await calls.read(made))?.inputs, made.inputs);
        assert.deepEqual(calls.diff(made, made.inputs).changes, []);
        await calls.update(made, made.inputs, false);
        if (
            row.keeps?.(examples.cloud(token).get(token, made.id) ?? assert.fail(), examples.cloud(token)) === undefined
        )
            await calls.delete(made);
    });

    it("has every output that it computes", async () => {
        const { state } = await new Examples().make(token);
        for (const name of Object.keys(row.computed)) assert.notEqual(at(state, pathOf(name)), undefined, name);
        for (const path of row.secret ?? []) assert.notEqual(at(state, pathOf(path)), undefined, path);
        assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
    });

    for (const path of row.required ?? [])
        it(`is refused without ${path}`, async () => {
            const examples = new Examples();
            const without = changedAt(await examples.inputs(token), pathOf(path).slice(0, -1), (inside) => {
                const { [pathOf(path).at(-1) ?? ""]: _gone, ...rest } = inside as Values;
                return rest;
            });
            const { failures } = examples.calls(token).check(undefined, without as Values, new Uint8Array());
            assert.deepEqual(
                failures.map(({ property }) => property),
                [path],
            );
        });

    for (const { what, because, refused: overlay } of row.refuses ?? [])
        it(`refuses ${what}, with a reason, and not its example`, async () => {
            const examples = new Examples();
            const good = await examples.inputs(token);
            assert.equal(because(good, examples.cloud(token)), undefined);
            const bad = await examples.inputs(token, overlay);
            const reason = because(bad, examples.cloud(token));
            assert.match(reason ?? assert.fail("its own rule accepts what it says is refused"), /\w{3}/);
            await refused(examples.create(token, bad));
        });

    for (const path of row.replaceOn)
        it(`is another one where ${path} changes`, async () => {
            const examples = new Examples();
            const made = await examples.make(token);
            const now = changedAt(made.inputs, pathOf(path), () => "changed by a test") as typeof made.inputs;
            const { changes } = examples.calls(token).diff(made, now);
            assert.ok(
                changes.some(({ replace }) => replace === true),
                JSON.stringify(changes),
            );
        });

    it("is the same one where anything else changes", async () => {
        const examples = new Examples();
        const made = await examples.make(token);
        const tops = row.replaceOn.map((path) => pathOf(path)[0]);
        for (const key of [...Object.keys(made.inputs), "somethingElse"].filter((name) => !tops.includes(name))) {
            const { changes } = examples.calls(token).diff(made, { ...made.inputs, [key]: "changed by a test" });
            assert.deepEqual(
                changes.map(({ replace }) => replace),
                [false],
                key,
            );
        }
    });

    if (row.unique.length === 0)
        it("may be there twice", async () => {
            const examples = new Examples();
            const one = await examples.make(token);
            const two = await examples.create(token, one.inputs, "another");
            assert.notEqual(one.id, two.id);
            assert.ok(examples.cloud(token).get(token, one.id) && examples.cloud(token).get(token, two.id));
        });
    else if (row.idempotent === true)
        it(`is what is there where one has the same ${row.unique.join(", ")}`, async () => {
            const examples = new Examples();
            const one = await examples.make(token);
            assert.notEqual(claimOf(row, one.inputs), undefined, "the example does not give what is unique");
            assert.equal((await examples.create(token, one.inputs, "another")).id, one.id);
            assert.equal(examples.cloud(token).all(token).length, 1);
        });
    else
        it(`is refused where one has the same ${row.unique.join(", ")}`, async () => {
            const examples = new Examples();
            const one = await examples.make(token);
            assert.notEqual(claimOf(row, one.inputs), undefined, "the example does not give what is unique");
            const before = examples.cloud(token).all(token).length;
            const own = (row.refuses ?? []).some(({ because }) => because(one.inputs, examples.cloud(token)));
            await refused(examples.create(token, one.inputs, "another"), own ? /./ : /AlreadyExists/);
            assert.equal(examples.cloud(token).all(token).length, before);
        });

    for (const reference of row.references ?? []) {
        it(`is refused where ${reference.input} names nothing`, async () => {
            const examples = new Examples();
            const inputs = changedAt(await examples.inputs(token), pathOf(reference.input), () => nothing);
            await refused(
                examples.create(token, inputs as never),
                new RegExp(`^NotFound: ${escaped(reference.input)} names '${nothing}'`),
            );
        });
        if (reference.holds !== false)
            it(`holds what ${reference.input} names`, async () => {
                const examples = new Examples();
                const { id, inputs } = await examples.make(exampleWith(token, reference.input));
                for (const value of valuesAt(inputs, pathOf(reference.input))) {
                    const held =
                        examples.cloud(token).find(reference.type, reference.by ?? "id", value) ?? assert.fail();
                    if (held.type === token && held.id === id) continue;
                    const stored = { id: held.id, inputs: held.inputs, state: held.outputs };
                    await refused(examples.calls(held.type).delete(stored));
                    assert.ok(examples.cloud(held.type).get(held.type, held.id));
                }
            });
    }
}
