/** What every ledger's store keeps, wherever it is: files, S3 (a real SeaweedFS), Google Cloud Storage and Azure by their own SDKs. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { TidegateError } from "../../automation/core/errors";
import { Ledger } from "../../automation/ledger/ledger";
import { openBucket } from "../../automation/ledger/objects/open";
import type { Patience } from "../../automation/ledger/objects/store";
import { ledgerStore } from "../../automation/ledger/place";
import { FileStore, type LedgerStore } from "../../automation/ledger/store";
import { AzureServer, GcsServer } from "../_helpers/blobServers";
import { FaultyProxy } from "../_helpers/faultyProxy";
import { Seaweed } from "../_helpers/seaweed";

type Variables = Readonly<Record<string, string>>;

/** A server with a bucket, and what leads there. */
interface Place {
    /** Where requests go that nothing happens to. */
    readonly address: string;
    /** The URL of a ledger, of the bucket `ledgers` where nothing else is said. */
    url(address: string, bucket?: string): string;
    variables(address: string): Variables;
    /** As `variables`, in another way that the SDK knows. */
    otherwise(address: string): Variables;
    /** As `variables`, of somebody who may not. */
    stranger(address: string): Variables;
    /** The bucket of the stranger. */
    readonly forbidden: string;
    /** What no message may say. */
    readonly secrets: readonly string[];
    /** Puts many objects at once, past the store. */
    fill(keys: readonly string[]): Promise<void>;
    /** Of its requests. */
    readonly methods: { readonly create: string; readonly read: string };
    stop(): Promise<void>;
}

const quick: Patience = { pauseMs: 1 };

async function s3(): Promise<Place> {
    const server = await Seaweed.start();
    await server.bucket("ledgers");
    const client = server.client();
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = server.variables;
    const profiles = mkdtempSync(join(tmpdir(), "tidegate-profiles-"));
    const credentials = join(profiles, "credentials");
    writeFileSync(
        credentials,
        `[ledger]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    const guessed = "0123456789abcdef0123456789abcdef01234567";
    return {
        address: server.endpoint,
        url: (address, bucket = "ledgers") =>
            `s3://${bucket}/a/prefix?region=us-east-1&s3ForcePathStyle=true&endpoint=${address}`,
        variables: () => server.variables,
        otherwise: () => ({ AWS_PROFILE: "ledger", AWS_SHARED_CREDENTIALS_FILE: credentials }),
        stranger: () => ({ ...server.variables, AWS_SECRET_ACCESS_KEY: guessed }),
        forbidden: "ledgers",
        secrets: [secretAccessKey, accessKeyId, guessed],
        fill: async (keys) => {
            const limit = pLimit(50);
            await Promise.all(keys.map((key) => limit(() => client.put("ledgers", key, "x"))));
        },
        methods: { create: "PUT", read: "GET" },
        stop: () => {
            rmSync(profiles, { recursive: true });
            return server.stop();
        },
    };
}

async function gcs(): Promise<Place> {
    const server = await new GcsServer().start();
    const objects = new Map<string, Buffer>();
    server.buckets.set("ledgers", objects);
    return {
        address: server.url,
        url: (_address, bucket = "ledgers") => `gs://${bucket}/a/prefix`,
        variables: (address) => ({ STORAGE_EMULATOR_HOST: address }),
        otherwise: (address) => ({ STORAGE_EMULATOR_HOST: new URL(address).host }),
        stranger: (address) => ({ STORAGE_EMULATOR_HOST: address }),
        forbidden: "forbidden",
        secrets: [],
        fill: async (keys) => keys.forEach((key) => objects.set(key, Buffer.from("x"))),
        methods: { create: "POST", read: "GET" },
        stop: () => server.stop(),
    };
}

async function azure(): Promise<Place> {
    const server = await new AzureServer().start();
    const objects = new Map<string, Buffer>();
    server.buckets.set("ledgers", objects);
    const connection = (address: string) => server.connectionString.replace(server.url, address);
    const sas = (address: string, signature: string) => ({
        AZURE_STORAGE_SAS_TOKEN: `sv=2025-01-05&sig=${signature}`,
        AZURE_STORAGE_ACCOUNT: server.account,
        AZURE_STORAGE_DOMAIN: new URL(address).host,
        AZURE_STORAGE_PROTOCOL: "http",
    });
    return {
        address: server.url,
        url: (_address, bucket = "ledgers") => `azblob://${bucket}/a/prefix`,
        variables: (address) => ({ AZURE_STORAGE_CONNECTION_STRING: connection(address) }),
        otherwise: (address) => sas(address, server.signature),
        stranger: (address) => sas(address, "Z3Vlc3NlZA"),
        forbidden: "ledgers",
        secrets: [Buffer.from("a key of the account").toString("base64"), "Z3Vlc3NlZA"],
        fill: async (keys) => keys.forEach((key) => objects.set(key, Buffer.from("x"))),
        methods: { create: "PUT", read: "GET" },
        stop: () => server.stop(),
    };
}

/** What holds of every store. `open` gives another one of the same place each time: two processes. */
function contract(
    open: () => Promise<LedgerStore>,
    fill: (keys: readonly string[]) => Promise<void>,
    rounds = 200,
): void {
    it("creates an object once, and reads it as it was written", async () => {
        const store = await open();
        const text = '{"what":"ü € 𝄞","quoted":"\\""}\n';
        assert.equal(await store.create("once/a.json", text), true);
        assert.equal(await store.create("once/a.json", "other"), false);
        assert.equal(await store.read("once/a.json"), text);
        assert.equal(await store.read("once/b.json"), undefined);
    });

    it("lists the objects and folders of one folder, sorted", async () => {
        const store = await open();
        for (const name of ["list/b/2", "list/b/1", "list/a", "list/c/d/e", "list2/x", "listed"])
            await store.create(name, name);
        assert.deepEqual(await store.list("list"), ["a", "b", "c"]);
        assert.deepEqual(await store.list("list/b"), ["1", "2"]);
        assert.deepEqual(await store.list("nothing"), []);
        const all = await store.list(".");
        assert.deepEqual(
            ["list", "list2", "listed"].filter((name) => !all.includes(name)),
            [],
        );
    });

    it("removes an object, also one that is not there, and lets another have its name", async () => {
        const store = await open();
        await store.create("sign/1", "of life");
        await store.remove("sign/1");
        await store.remove("sign/1");
        assert.equal(await store.read("sign/1"), undefined);
        assert.deepEqual(await store.list("sign"), []);
        assert.equal(await store.create("sign/1", "again"), true);
    });

    it(`gives each of ${rounds} names to one of two who want it`, async () => {
        const stores = await Promise.all([open(), open()]);
        const limit = pLimit(20);
        const races = Array.from({ length: rounds }, (_, index) =>
            limit(async () => {
                const name = `race/${index}`;
                const won = await Promise.all(stores.map((store, who) => store.create(name, `of ${who}, ${index}`)));
                assert.equal(won.filter(Boolean).length, 1, `${name} has ${won.filter(Boolean).length} owners`);
                assert.equal(await stores[0]?.read(name), `of ${won.indexOf(true)}, ${index}`);
            }),
        );
        await Promise.all(races);
        assert.equal((await stores[1]?.list("race"))?.length, rounds);
    });

    it("lists more than a page of 1000", async () => {
        const names = Array.from({ length: 1005 }, (_, index) => String(index).padStart(5, "0"));
        await fill(names.map((name) => `many/${name}`));
        assert.deepEqual(await (await open()).list("many"), names);
    });

    it("shows a ledger its torn record as what it is", async () => {
        const store = await open();
        await store.create("runs/20260101T000000Z-aaaaaa/00001.json", '{"version":1,"run":');
        const run = await new Ledger(store).run("20260101T000000Z-aaaaaa");
        assert.deepEqual([run.torn, run.state], [["00001.json"], "cut off"]);
    });
}

describe("a ledger's store in files", () => {
    let folder: string;
    before(() => (folder = mkdtempSync(join(tmpdir(), "tidegate-store-"))));
    after(() => rmSync(folder, { recursive: true }));
    contract(
        async () => new FileStore(folder),
        async (keys) => {
            for (const key of keys) {
                mkdirSync(join(folder, key, ".."), { recursive: true });
                writeFileSync(join(folder, key), "x");
            }
        },
    );
});

for (const [name, start] of Object.entries({ S3: s3, "Google Cloud Storage": gcs, "Azure Blob Storage": azure }))
    describe(`a ledger's store in ${name}`, () => {
        let place: Place;
        let proxy: FaultyProxy;
        before(async () => {
            place = await start();
            proxy = await FaultyProxy.start(place.address);
        });
        after(async () => {
            await proxy.stop();
            await place.stop();
        });
        beforeEach(() => {
            proxy.faults.length = 0;
            proxy.asked.length = 0;
        });
        const direct = () => openBucket(place.url(place.address), place.variables(place.address), quick);
        const faulty = (patience = quick) => openBucket(place.url(proxy.url), place.variables(proxy.url), patience);
        // A server that takes one request after the other is asked less often.
        contract(direct, (keys) => place.fill(keys.map((key) => `a/prefix/${key}`)), name === "S3" ? 200 : 20);

        const refusal = async (work: Promise<unknown>): Promise<TidegateError> => {
            const error = await work.then(
                () => assert.fail("it was done"),
                (thrown: unknown) => thrown,
            );
            assert.ok(TidegateError.is(error), String(error));
            const told = `${error.message} ${error.hint}`;
            for (const secret of place.secrets) assert.ok(!told.includes(secret), told);
            return error;
        };

        it("knows its own object where the answer to its creation was lost", async () => {
            const store = await faulty();
            const { create: method } = place.methods;
            proxy.faults.push({ method, fault: "answer lost" }, { method, fault: "answer lost" });
            assert.equal(await store.create("lost/mine", "mine"), true);
            assert.equal(await store.read("lost/mine"), "mine");
            assert.equal(await (await direct()).create("lost/other", "other"), true);
            proxy.faults.push({ method, fault: "answer lost" });
            assert.equal(await store.create("lost/other", "mine"), false);
        });

        it("never gives a part of an object", async () => {
            const store = await faulty();
            const content = JSON.stringify({ long: "x".repeat(2000) });
            await store.create("cut/a", content);
            proxy.faults.push({ method: place.methods.read, fault: "answer cut" });
            assert.equal(await store.read("cut/a"), content);
            assert.equal(proxy.asked.length, 3, proxy.asked.join("\n"));
        });

        it("repeats what may pass, a few times", async () => {
            const store = await faulty({ ...quick, tries: 3 });
            const { create: method } = place.methods;
            proxy.faults.push({ method, fault: "unavailable" }, { method, fault: "unavailable" });
            assert.equal(await store.create("busy/a", "a"), true);
            proxy.faults.push(...Array.from({ length: 3 }, () => ({ method, fault: "unavailable" }) as const));
            const error = await refusal(store.create("busy/b", "b"));
            assert.deepEqual([error.code, error.retryable], ["ledger-unreachable", true]);
            assert.match(error.message, /ledgers\/a\/prefix.* cannot be reached to create busy\/b: .* \(3 tries\)/);
        });

        it("waits for an answer so long and no longer", async () => {
            const store = await faulty({ ...quick, limitMs: 150, tries: 2 });
            const { read: method } = place.methods;
            proxy.faults.push({ method, fault: "silence" }, { method, fault: "silence" });
            const error = await refusal(store.read("slow/a"));
            assert.equal(error.code, "ledger-unreachable");
            assert.match(error.message, /no answer within 0\.15 s \(2 tries\)/);
        });

        it("says that nothing answers there", async () => {
            const nowhere = "http://127.0.0.1:1";
            const store = await openBucket(place.url(nowhere), place.variables(nowhere), quick);
            const error = await refusal(store.list("runs"));
            assert.deepEqual([error.code, error.retryable], ["ledger-unreachable", true]);
            assert.match(error.message, /ledgers\/a\/prefix at http:\/\/127\.0\.0\.1:1.* ECONNREFUSED/);
        });

        it("says at once that somebody may not, without a secret", async () => {
            const { forbidden } = place;
            const store = await openBucket(place.url(proxy.url, forbidden), place.stranger(proxy.url), quick);
            const error = await refusal(store.create("runs/a", "a"));
            assert.deepEqual([error.code, error.retryable], ["ledger-denied", false]);
            assert.match(error.message, new RegExp(`${forbidden}/a/prefix at \\S+ does not let us create runs/a: `));
            assert.equal(proxy.asked.length, 1, proxy.asked.join("\n"));
        });

        it("says that there is no such bucket, and makes none", async () => {
            const url = place.url(place.address, "nothing-here");
            const store = await openBucket(url, place.variables(place.address), quick);
            for (const work of [() => store.read("x"), () => store.create("x", "x"), () => store.list("x")])
                assert.equal((await refusal(work())).code, "ledger-missing");
        });

        it("is opened with the variables of its environment, which nobody else sees", async () => {
            const before = { ...process.env };
            const store = ledgerStore(place.url(place.address), async () => place.otherwise(place.address));
            assert.equal(await store.create("thread/a", "a"), true);
            assert.equal(await store.create("thread/a", "b"), false);
            assert.equal(await store.read("thread/a"), "a");
            assert.deepEqual(await store.list("thread"), ["a"]);
            await store.remove("thread/a");
            assert.equal(await store.read("thread/a"), undefined);
            assert.deepEqual({ ...process.env }, before);
            const stranger = ledgerStore(place.url(place.address, place.forbidden), async () =>
                place.stranger(place.address),
            );
            const error = await refusal(stranger.read("thread/a"));
            assert.deepEqual([error.code, error.retryable], ["ledger-denied", false]);
        });
    });
