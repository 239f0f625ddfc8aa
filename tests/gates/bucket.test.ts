import assert from "node:assert/strict";
import { liveBucket } from "../../automation/gates/bucket";
import type { Failure, ObjectClient } from "../../automation/ledger/objects/client";

/** A bucket in memory, which fails in one way where it is told to. */
class Bucket implements ObjectClient {
    readonly objects = new Map<string, string>();
    failure: Failure | undefined;
    readonly byHand = "aws s3 ls s3://warehouse";
    readonly endpoint = undefined;

    async create(key: string, content: string): Promise<boolean> {
        this.fail();
        if (this.objects.has(key)) return false;
        this.objects.set(key, content);
        return true;
    }
    async read(key: string): Promise<string | undefined> {
        this.fail();
        return this.objects.get(key);
    }
    page(): never {
        throw new Error("nobody lists");
    }
    async remove(key: string): Promise<void> {
        this.fail();
        this.objects.delete(key);
    }
    verdict(): { failure: Failure; reason: string } {
        return { failure: this.failure ?? "refused", reason: "AccessDenied for the key s3cr3t-of-a-test" };
    }
    private fail(): void {
        if (this.failure !== undefined) throw new Error("failed");
    }
}

describe("the warehouse of a cloud", () => {
    const bucket = new Bucket();
    const urls: string[] = [];
    const open = (profile: "s3" | "gcs") =>
        liveBucket({ profile, bucket: "warehouse", region: "eu-west-1" }, {}, (url) => {
            urls.push(url);
            return Promise.resolve({ client: bucket, secrets: ["s3cr3t-of-a-test"] });
        });

    it("is asked in its region, by the URL of its cloud", async () => {
        assert.equal((await open("s3")).where, "s3://warehouse");
        assert.equal((await open("gcs")).where, "gs://warehouse");
        assert.deepEqual(urls, ["s3://warehouse?region=eu-west-1", "gs://warehouse"]);
    });

    it("takes, gives back and deletes an object", async () => {
        const store = await open("s3");
        await store.put(".tidegate-probe/1", "one");
        assert.equal(await store.get(".tidegate-probe/1"), "one");
        await store.delete(".tidegate-probe/1");
        assert.equal(await store.get(".tidegate-probe/1"), undefined);
    });

    it("says what it did not let us do, without a secret", async () => {
        const store = await open("s3");
        bucket.failure = "denied";
        await assert.rejects(store.put("x", "1"), (error: Error & { code?: string }) => {
            assert.equal(error.code, "storage-refused");
            assert.match(error.message, /^s3:\/\/warehouse did not let us write an object: AccessDenied/);
            assert.doesNotMatch(error.message, /s3cr3t/);
            return true;
        });
        bucket.failure = "transient";
        await assert.rejects(store.get("x"), { code: "storage-unreachable", retryable: true });
    });
});
