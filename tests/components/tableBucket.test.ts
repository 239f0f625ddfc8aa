import assert from "node:assert/strict";
import { newRecord, writeRecord } from "../../components/provider/daemon/record";
import { tableBucketHandler } from "../../components/provider/resources/tableBucket";
import { temporaryDirectory, testContext } from "./support";

describe("TableBucket", () => {
    let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
    before(async () => {
        folder = await temporaryDirectory();
    });
    after(() => folder.remove());

    // Nothing listens there.
    const connection = {
        endpoint: "http://127.0.0.1:1",
        region: "us-east-1",
        pathStyle: true,
        credentials: { accessKeyId: "id", secretAccessKey: "key" },
    };
    const state = { name: "lake", arn: "arn:aws:s3tables:us-east-1:000000000000:bucket/lake" };
    const remove = (servedFrom?: string) =>
        tableBucketHandler.delete(
            {
                id: "lake",
                inputs: { connection, name: "lake", ...(servedFrom === undefined ? {} : { servedFrom }) },
                state,
            },
            testContext(),
        );

    it("is gone with the process that served it", () => remove(folder.path));

    it("is not gone where that process only does not answer", async () => {
        await writeRecord(folder.path, await newRecord("SeaweedFS", "digest", { s3: 1 }));
        await assert.rejects(remove(folder.path), { code: "s3-unreachable" });
        await assert.rejects(remove(), { code: "s3-unreachable" });
    });
});
