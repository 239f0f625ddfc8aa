import assert from "node:assert/strict";
import { TidegateError } from "../../../automation/core/errors";
import { GcsStorage, type GcsStorageArgs } from "../../../components/storage/gcs";
import { contracts } from "../../../stacks/contracts";
import { gcs } from "../../../stacks/settings/storage/gcs";
import {
    account,
    granted,
    identities,
    labels,
    makeAccounts,
    making,
    ofType,
    only,
    transformsOf,
    type Made,
    type Program,
} from "../gcp";

const base = { environment: "prod", account, tags: { team: "a" } };
const make = (changes: Partial<GcsStorageArgs> = {}): Promise<Program<GcsStorage>> =>
    making(() => new GcsStorage("storage", { ...base, foundation: { identities }, ...changes }), makeAccounts);

describe("GcsStorage", () => {
    let program: Program<GcsStorage>;
    let made: readonly Made[];
    before(async () => ({ made } = program = await make()));
    const bucket = (purpose: string) => only(made, "Bucket", `storage-${purpose}`);
    const data = () => [bucket("warehouse"), bucket("checkpoints")];
    const roles = (workload: "flink" | "catalog" | "dbt", purpose: string) =>
        ofType(made, "BucketIAMMember")
            .filter(({ inputs }) => inputs["bucket"] === bucket(purpose).id)
            .filter(({ inputs }) => inputs["member"] === identities[workload].gcp?.member)
            .map(({ inputs }) => inputs["role"]);

    it("fulfils the contract of the layer, without a secret", () => {
        const parsed = contracts.storage.parse(program.contract);
        assert.deepEqual(parsed, {
            profile: "gcs",
            bucket: "acme-lakehouse-prod-warehouse",
            region: "europe-west1",
            warehouse: "gs://acme-lakehouse-prod-warehouse/warehouse",
            checkpoints: "gs://acme-lakehouse-prod-checkpoints/checkpoints",
            savepoints: "gs://acme-lakehouse-prod-checkpoints/savepoints",
            fileIo: { "io-impl": "org.apache.iceberg.gcp.gcs.GCSFileIO", "gcs.project-id": "acme-lakehouse" },
            flinkFileSystem: {},
            checkpointBucket: "acme-lakehouse-prod-checkpoints",
            encryptionKey: only(made, "CryptoKey").id,
            account: "acme-lakehouse",
        });
        assert.deepEqual(program.secrets, []);
    });

    it("encrypts tables and checkpoints with a key of its own, which is renewed every 90 days", () => {
        const key = only(made, "CryptoKey");
        assert.equal(key.inputs["rotationPeriod"], "7776000s");
        assert.equal(key.inputs["destroyScheduledDuration"], "2592000s");
        for (const { inputs } of data()) assert.deepEqual(inputs["encryption"], { defaultKmsKeyName: key.id });
    });

    it("lets Cloud Storage alone use the key, and that before there is a bucket that has it", () => {
        const use = only(made, "CryptoKeyIAMMember");
        assert.equal(use.inputs["role"], "roles/cloudkms.cryptoKeyEncrypterDecrypter");
        assert.match(
            String(use.inputs["member"]),
            /^serviceAccount:service-\d+@gs-project-accounts\.iam\.gserviceaccount\.com$/,
        );
        for (const { after } of data()) assert.ok(after.includes("storage-key-use"));
    });

    it("lets the ring's name be made up, for no ring is ever gone", () => {
        assert.equal(only(made, "KeyRing").inputs["name"], undefined);
    });

    it("keeps every bucket from the public, and without access lists", () => {
        assert.equal(ofType(made, "Bucket").length, 3);
        for (const { inputs } of ofType(made, "Bucket")) {
            assert.equal(inputs["publicAccessPrevention"], "enforced");
            assert.equal(inputs["uniformBucketLevelAccess"], true);
            assert.equal(inputs["forceDestroy"], false);
        }
        assert.ok(!granted(made, "BucketIAMMember").some((grant) => /all(Authenticated)?Users/.test(grant)));
    });

    it("keeps versions and not what is softly deleted too, and never deletes by age what is live", () => {
        for (const { inputs } of data()) {
            assert.deepEqual(inputs["versioning"], { enabled: true });
            assert.deepEqual(inputs["softDeletePolicy"], { retentionDurationSeconds: 0 });
            assert.deepEqual(inputs["lifecycleRules"], [
                { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
                { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 14, withState: "ARCHIVED" } },
            ]);
        }
    });

    it("logs who reads and writes, for as long as it is told", () => {
        const logs = bucket("logs");
        for (const [index, { inputs }] of data().entries())
            assert.deepEqual(inputs["logging"], {
                logBucket: logs.id,
                logObjectPrefix: `prod/${["warehouse", "checkpoints"][index] ?? ""}`,
            });
        assert.deepEqual(logs.inputs["lifecycleRules"], [{ action: { type: "Delete" }, condition: { age: 90 } }]);
        const delivery = ofType(made, "BucketIAMMember").filter(({ inputs }) => inputs["bucket"] === logs.id);
        assert.deepEqual(granted(delivery, "BucketIAMMember"), [
            "roles/storage.objectCreator to group:cloud-storage-analytics@google.com",
        ]);
    });

    it("gives each workload what it needs, and no more", () => {
        assert.deepEqual(roles("flink", "warehouse"), ["roles/storage.objectUser"]);
        assert.deepEqual(roles("flink", "checkpoints"), [
            "roles/storage.objectUser",
            "roles/storage.legacyBucketReader",
        ]);
        assert.deepEqual(roles("catalog", "warehouse"), [
            "roles/storage.objectAdmin",
            "roles/storage.legacyBucketReader",
        ]);
        assert.deepEqual(roles("catalog", "checkpoints"), []);
        assert.deepEqual(roles("dbt", "warehouse"), ["roles/storage.objectViewer"]);
        assert.deepEqual(roles("dbt", "checkpoints"), []);
        for (const workload of ["flink", "catalog", "dbt"] as const) assert.deepEqual(roles(workload, "logs"), []);
        assert.equal(ofType(made, "IAMMember").length, 0, "nothing on the whole project");
    });

    it("grants nothing where there is no cluster", async () => {
        const alone = await making(() => new GcsStorage("storage", base));
        assert.equal(granted(alone.made, "BucketIAMMember").length, 1, "the delivery of logs");
    });

    it("protects what holds data, from Pulumi and from its provider", () => {
        for (const one of [...ofType(made, "Bucket"), only(made, "CryptoKey"), only(made, "KeyRing")]) {
            assert.deepEqual([one.name, one.protect, one.retainOnDelete], [one.name, true, true]);
            if (one.type !== "gcp:kms/keyRing:KeyRing") assert.equal(one.inputs["deletionPolicy"], "PREVENT", one.name);
        }
    });

    it("can be taken down where data is not protected", async () => {
        const open = await make({ protectData: false });
        for (const { name, inputs, protect, retainOnDelete } of ofType(open.made, "Bucket"))
            assert.deepEqual([name, protect, retainOnDelete, inputs["deletionPolicy"]], [name, false, false, "DELETE"]);
    });

    it("labels everything that takes labels", () => {
        const found = labels(made);
        assert.equal(found.size, 4);
        for (const [name, one] of found)
            assert.deepEqual(one, { team: "a", environment: "prod", layer: "storage", "managed-by": "tidegate" }, name);
    });

    it("hands its transform to the engine", async () => {
        const transform = () => undefined;
        const seen = await transformsOf((options) => new GcsStorage("storage", { ...base, transform }, options));
        assert.ok(seen.includes(transform));
    });

    it("keeps by soft delete where that is asked for, with or without folders of their own", async () => {
        const soft = await make({ recovery: "softDelete", hierarchicalNamespace: true, oldVersionDays: 10 });
        for (const purpose of ["warehouse", "checkpoints"]) {
            const { inputs } = only(soft.made, "Bucket", `storage-${purpose}`);
            assert.deepEqual(inputs["versioning"], { enabled: false });
            assert.deepEqual(inputs["softDeletePolicy"], { retentionDurationSeconds: 864_000 });
            assert.deepEqual(inputs["hierarchicalNamespace"], { enabled: true });
            assert.deepEqual(inputs["lifecycleRules"], [
                { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
            ]);
        }
        const flat = await make({ recovery: "softDelete" });
        assert.equal(only(flat.made, "Bucket", "storage-warehouse").inputs["hierarchicalNamespace"], undefined);
    });

    const refused = (changes: Partial<GcsStorageArgs>, message: RegExp) =>
        assert.throws(
            () => new GcsStorage("storage", { ...base, ...changes }),
            (error) => TidegateError.is(error) && error.code === "gcs-invalid" && message.test(error.message),
        );

    it("refuses a hierarchical namespace with versions", () =>
        refused({ hierarchicalNamespace: true }, /hierarchical namespace have no versions/));

    it("refuses soft delete for less or longer than there is", () => {
        for (const oldVersionDays of [1, 6, 91])
            refused({ recovery: "softDelete", oldVersionDays }, /for 7 to 90 days, not for/);
    });

    it("takes its settings as the file gives them", () => {
        assert.deepEqual(gcs.parse({ profile: "gcs" }), {
            profile: "gcs",
            recovery: "versions",
            hierarchicalNamespace: false,
            oldVersionDays: 14,
            accessLogDays: 90,
        });
        assert.ok(!gcs.safeParse({ profile: "gcs", versioning: true }).success);
    });
});
