import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Bridge, CallError } from "../../../components/provider/bridge";
import { handlers } from "../../../components/provider/registry";
import { unwrap, wrap, type Values } from "../../../components/provider/values";
import { LakekeeperServer } from "../../_helpers/lakekeeperServer";
import { temporaryDirectory, testContext } from "../support";

const bridge = (type: string): Bridge => {
    const handler = handlers.get(`tidegate:lakekeeper:${type}`);
    assert.ok(handler !== undefined);
    return new Bridge(handler, testContext());
};
const secretKey = "SECRET-OF-A-TEST-0123456789";

describe("tidegate:lakekeeper", () => {
    let server: LakekeeperServer;
    let directory: { path: string; remove: () => Promise<void> };
    const warehouses = bridge("Warehouse");
    const args = (changes: Values = {}): Values => ({
        connection: { url: server.url },
        name: "lake",
        storage: {
            type: "s3",
            flavor: "s3-compat",
            bucket: "b",
            region: "r",
            endpoint: "http://s3:8333",
            keyPrefix: "w",
        },
        credential: wrap({ type: "access-key", accessKeyId: "A", secretAccessKey: secretKey }, [["secretAccessKey"]]),
        ...changes,
    });
    /** What `check` makes of them. */
    const checked = (given: Values): Values => {
        const { inputs, failures } = warehouses.check(undefined, given);
        assert.deepEqual(failures, []);
        return inputs;
    };
    const made = async (changes: Values = {}) => {
        const inputs = checked(args(changes));
        return { inputs, ...(await warehouses.create(inputs, false)) };
    };
    const refusals = (changes: Values) =>
        warehouses.check(undefined, args(changes)).failures.map(({ property, reason }) => `${property}: ${reason}`);

    beforeEach(async () => {
        server = await LakekeeperServer.start();
        directory = await temporaryDirectory();
        await bridge("Bootstrap").create({ connection: { url: server.url }, acceptTermsOfUse: true }, false);
    });
    afterEach(async () => {
        await server.close();
        await directory.remove();
    });

    describe("Bootstrap", () => {
        const given = (changes: Values = {}) => ({
            connection: { url: server.url },
            acceptTermsOfUse: true,
            ...changes,
        });

        it("takes a server that is bootstrapped as it is, and does it where another was first", async () => {
            assert.ok(server.bootstrapped);
            const { state } = await bridge("Bootstrap").create(given(), false);
            assert.equal(state["version"], "0.13.3");
            assert.equal(server.count("POST /bootstrap"), 1);
        });

        it("goes on after an answer that was lost", async () => {
            const fresh = await LakekeeperServer.start();
            const connection = { connection: { url: fresh.url } };
            fresh.breakNext("POST /bootstrap", true);
            await assert.rejects(bridge("Bootstrap").create(given(connection), false), CallError);
            await bridge("Bootstrap").create(given(connection), false);
            assert.equal(fresh.count("POST /bootstrap"), 1);
            await fresh.close();
        });

        it("is missing where the server has forgotten it, and unknown where it does not answer", async () => {
            const fresh = await LakekeeperServer.start();
            const { id, state } = await bridge("Bootstrap").create(given(), false);
            const stored = { id, state, inputs: given({ connection: { url: fresh.url } }) };
            assert.equal(await bridge("Bootstrap").read(stored), undefined);
            await fresh.close();
            await assert.rejects(bridge("Bootstrap").read(stored), (error: CallError) => error.state !== undefined);
        });

        it("wants the terms accepted, and waits no longer than it may", async () => {
            const { failures } = bridge("Bootstrap").check(undefined, given({ acceptTermsOfUse: false }));
            assert.deepEqual(
                failures.map(({ property }) => property),
                ["acceptTermsOfUse"],
            );
            const nobody = given({ connection: { url: "http://127.0.0.1:1" }, timeoutSeconds: 1 });
            await assert.rejects(bridge("Bootstrap").create(nobody, false), /ECONNREFUSED|bad port/);
        });
    });

    it("refuses storage and credentials that do not fit each other", () => {
        const aws = { type: "s3", bucket: "b", region: "r" };
        const role = { ...aws, assumeRoleArn: "arn:aws:iam::1:role/r" };
        const own = { type: "aws-system-identity", externalId: "e" };
        const open = { url: "http://catalog.example.com", auth: { mode: "serviceAccount", tokenRef: "env://T" } };
        const cases: readonly [RegExp, Values][] = [
            [
                /^credential.type: gcp-system-identity does not get into/,
                { credential: { type: "gcp-system-identity" } },
            ],
            [/^credential: an access key is either/, { credential: { type: "access-key", accessKeyId: "A" } }],
            [
                /^credential: an access key is either/,
                { credential: { type: "access-key", accessKeyId: "A", secretAccessKey: "S", secretRef: "env://K" } },
            ],
            [/^storage.endpoint: a server that is not AWS's/, { storage: { ...aws, flavor: "s3-compat" } }],
            [/^storage.stsRoleArn: credentials for clients need a role/, { storage: aws }],
            [
                /^storage.assumeRoleArn: Lakekeeper uses its own identity only to/,
                { storage: { ...aws, stsEnabled: false }, credential: own },
            ],
            [
                /^credential.externalId: Lakekeeper takes on a role/,
                { storage: role, credential: { type: "aws-system-identity" } },
            ],
            [/^connection: .*not encrypted/, { connection: open }],
            [/^name: /, { name: "a/b" }],
            [/^credential.secretRef: /, { credential: { type: "access-key", secretRef: "aws-sm://k" } }],
        ];
        for (const [expected, changes] of cases) assert.match(refusals(changes).join("\n"), expected);
        assert.deepEqual(refusals({ storage: role, credential: own }), []);
    });

    it("makes a warehouse that is protected and forgets nothing at once, and keeps its key from the state", async () => {
        const { state } = await made();
        const there = server.named("lake");
        assert.equal(there?.protected, true);
        assert.deepEqual(there?.["delete-profile"], { type: "soft", "expiration-seconds": 604_800 });
        assert.equal((there?.credential as Record<string, unknown>)["secret-access-key"], secretKey);
        assert.equal(unwrap(state).values["location"], "s3://b/w");
        assert.ok(!JSON.stringify(state).includes(secretKey));
    });

    it("finds the same where nothing differs", async () => {
        const stored = await made();
        assert.deepEqual(warehouses.diff(stored, stored.inputs).changes, []);
        const read = await warehouses.read(stored);
        assert.deepEqual(read?.state, stored.state);
    });

    it("adopts one of its name in the same place, and one whose answer was lost", async () => {
        const first = await made({ protected: false, deleteProfile: { type: "hard" } });
        const second = await made();
        assert.equal(second.id, first.id);
        assert.equal(server.named("lake")?.protected, true);
        server.breakNext("POST /warehouse", true);
        const other = { name: "other", storage: { ...(args()["storage"] as Values), keyPrefix: "other" } };
        await assert.rejects(made(other), CallError);
        const { id } = await made(other);
        assert.equal(id, server.named("other")?.id);
        assert.equal(server.count("POST /warehouse"), 2);
    });

    it("leaves one alone that lies elsewhere", async () => {
        await made();
        const storage = { ...(args()["storage"] as Values), bucket: "another" };
        await assert.rejects(
            made({ storage }),
            /has a warehouse 'lake' already, on s3:\/\/b\/w and not on s3:\/\/another\/w/,
        );
    });

    it("keeps what was made where its protection failed, for the next time to go on", async () => {
        server.breakNext("POST /warehouse/*/protection", false);
        await assert.rejects(made(), (error: CallError) => {
            assert.equal(error.state?.["protected"], false);
            return true;
        });
    });

    it("changes in place what the API changes, and replaces what lies elsewhere", async () => {
        const stored = await made();
        const paths = (changes: Values) => warehouses.diff(stored, checked(args(changes))).changes;
        const s3 = args()["storage"] as Values;
        assert.deepEqual(paths({ name: "sea" }), [{ path: "name", replace: false }]);
        assert.deepEqual(paths({ storage: { ...s3, region: "s" } }), [{ path: "storage.region", replace: false }]);
        for (const member of ["bucket", "keyPrefix"])
            assert.deepEqual(paths({ storage: { ...s3, [member]: "else" } }), [
                { path: `storage.${member}`, replace: true },
            ]);
        assert.equal(warehouses.diff(stored, stored.inputs).deleteBeforeReplace, true);
        const now = checked(
            args({
                name: "sea",
                storage: { ...s3, pathStyleAccess: true },
                protected: false,
                deleteProfile: { type: "hard" },
            }),
        );
        const state = await warehouses.update(stored, now, false);
        const there = server.named("sea");
        assert.equal(there?.id, stored.id);
        assert.equal((there?.["storage-profile"] as Values)["path-style-access"], true);
        assert.deepEqual([there?.protected, there?.["delete-profile"]], [false, { type: "hard" }]);
        assert.equal(unwrap(state).values["name"], "sea");
    });

    it("sees what somebody else has changed, and changes it back", async () => {
        const stored = await made();
        const there = server.named("lake");
        Object.assign(there ?? {}, { protected: false, status: "inactive", "delete-profile": { type: "hard" } });
        Object.assign(there?.["storage-profile"] ?? {}, { "path-style-access": true, "sts-enabled": false });
        const read = await warehouses.read(stored);
        assert.ok(read !== undefined);
        const seen = { id: stored.id, inputs: stored.inputs, state: read.state };
        const drift = warehouses.diff(seen, stored.inputs).changes;
        assert.ok(drift.every(({ of }) => of === "state"));
        assert.deepEqual(drift.map(({ path }) => path).sort(), [
            "active",
            "deleteProfile.expirationSeconds",
            "deleteProfile.type",
            "protected",
            "storage.stsEnabled",
        ]);
        await warehouses.update(seen, stored.inputs, false);
        const { protected: kept, status } = server.named("lake") ?? {};
        assert.deepEqual([kept, status], [true, "active"]);
        assert.equal((server.named("lake")?.["storage-profile"] as Values)["sts-enabled"], true);
        server.lose("lake");
        assert.equal(await warehouses.read(stored), undefined);
    });

    it("hands a credential over again when it is told so, and only then", async () => {
        const path = join(directory.path, "key.json");
        const write = (key: string) => writeFile(path, JSON.stringify({ accessKeyId: "A", secretAccessKey: key }));
        const credential = { type: "access-key", secretRef: `file://${path}` };
        await write("one");
        const stored = await made({ credential });
        await write("two");
        const now = checked(args({ credential, rotate: "2" }));
        assert.deepEqual(warehouses.diff(stored, now).changes, [{ path: "rotate", replace: false }]);
        await warehouses.update(stored, now, false);
        const kept = () => (server.named("lake")?.credential as Record<string, unknown>)["secret-access-key"];
        assert.equal(kept(), "two");
        assert.equal(server.count("POST /warehouse/*/storage"), 0);
        await write("three");
        await warehouses.update(
            { ...stored, inputs: now },
            checked(args({ credential, rotate: "2", protected: false })),
            false,
        );
        assert.equal(kept(), "two");
    });

    it("deletes none that is protected, or holds something; what is gone is deleted", async () => {
        const stored = await made();
        await assert.rejects(warehouses.delete(stored), /is protected/);
        const there = server.named("lake");
        Object.assign(there ?? {}, { protected: false, tables: 2 });
        await assert.rejects(warehouses.delete(stored), /holds 2 tables and views/);
        assert.equal(server.count("DELETE /warehouse/*"), 0);
        Object.assign(there ?? {}, { tables: 0, namespaces: 1 });
        await assert.rejects(warehouses.delete(stored), /holds namespaces or dropped tables/);
        Object.assign(there ?? {}, { namespaces: 0 });
        await warehouses.delete(stored);
        assert.equal(server.named("lake"), undefined);
        await warehouses.delete(stored);
    });
});
