/** What an environment file may say of a platform whose Flink is on a cluster. */
import assert from "node:assert/strict";
import { environmentSchema } from "../../stacks/environment";
import { contracts, flinkOnThisMachine } from "../../stacks/contracts";
import { standInOf, standIns } from "../../stacks/standIns";

const file = {
    name: "prod",
    mode: "streaming_bronze",
    foundation: { profile: "kubeconfig", context: "prod" },
    aws: { accountId: "123456789012", region: "eu-west-1" },
    storage: { profile: "s3" },
    broker: { profile: "msk" },
    catalog: { profile: "external", uri: "https://catalog.example", warehouse: "lake" },
    runtime: { profile: "kubernetes" },
    observability: { profile: "kubernetes" },
};

/** Complaints about these paths; what other profiles want is theirs. */
function complaints(changes: object, path: string): string[] {
    const parsed = environmentSchema.safeParse({ ...file, ...changes });
    return (parsed.error?.issues ?? []).filter((issue) => issue.path.join(".") === path).map(({ message }) => message);
}

describe("an environment on a cluster", () => {
    it("is refused in mode batch, for bronze would be written twice", () => {
        assert.match(complaints({ mode: "batch" }, "mode")[0] ?? "", /write bronze twice/);
        assert.deepEqual(complaints({}, "mode"), []);
    });

    it("is refused without the cluster, or on storage of this machine", () => {
        assert.match(complaints({ foundation: undefined }, "runtime")[0] ?? "", /stands on foundation/);
        assert.match(
            complaints({ storage: { profile: "embedded" } }, "storage.profile")[0] ?? "",
            /the cluster does not reach it/,
        );
    });

    it("refuses dbt Cloud, which has no DuckDB, and says so", () => {
        assert.match(complaints({ dbt: { runtime: "dbt-cloud" } }, "dbt.runtime")[0] ?? "", /no connection to DuckDB/);
        assert.match(complaints({ dbt: { runtime: "local" } }, "dbt.runtime")[0] ?? "", /only the identities/);
        for (const runtime of ["kubernetes", "airflow", "dagster", "prefect"])
            assert.deepEqual(complaints({ dbt: { runtime } }, "dbt.runtime"), []);
    });

    it("has dbt on the cluster only where Flink is there, and metrics too", () => {
        const elsewhere = {
            runtime: { profile: "external", flinkRest: "https://flink.example", sqlGateway: "https://sql.example" },
        };
        assert.match(
            complaints({ ...elsewhere, dbt: { runtime: "airflow" } }, "dbt.runtime")[0] ?? "",
            /needs runtime.profile kubernetes/,
        );
        assert.match(complaints(elsewhere, "observability.profile")[0] ?? "", /does not fit/);
    });

    it("is refused where the cluster could not come to the store of a secret", () => {
        const broker = (secretRef: string) => ({
            broker: { profile: "external", bootstrapServers: "a:9094", saslMechanism: "PLAIN", secretRef },
        });
        const of = (secretRef: string, more: object = {}) =>
            complaints({ ...broker(secretRef), ...more }, "broker.secretRef");
        assert.match(of("azure-kv://lake-prod/a")[0] ?? "", /cannot come to without the key 'azure'/);
        assert.match(of("vault://kv/a")[0] ?? "", /without the key 'secrets\.vault'/);
        assert.match(of("aws-sm://a")[0] ?? "", /on the cluster flink has none/);
        const flink = { aws: { roleName: "flink", roleArn: "arn:aws:iam::123456789012:role/flink" } };
        const foundation = { ...file.foundation, identities: { flink } };
        assert.deepEqual(of("aws-sm://a", { foundation }), []);
        assert.match(of("gcp-sm://lake-prod/a", { foundation })[0] ?? "", /identities of Google Cloud/);
        const vault = { server: "https://vault.example.com", role: "lakehouse" };
        assert.deepEqual(of("vault://kv/a", { secrets: { vault } }), []);
        const runtime = { profile: "kubernetes", secretStore: { name: "theirs" } };
        assert.deepEqual(of("vault://kv/a", { runtime }), [], "it is in somebody's store");
        assert.equal(of("kafka password").length, 1, "what is no reference is told once");
    });

    it("leaves the look at a secret to the cluster only where there is one", () => {
        const secrets = { checkedFrom: "cluster" };
        assert.deepEqual(complaints({ secrets }, "secrets.checkedFrom"), []);
        const none = { runtime: undefined, observability: undefined, secrets };
        assert.match(complaints(none, "secrets.checkedFrom")[0] ?? "", /needs runtime.profile kubernetes/);
    });

    it("may have more parallelism than one TaskManager has slots", () => {
        assert.deepEqual(
            complaints({ runtime: { profile: "kubernetes", parallelism: 12, taskSlots: 2 } }, "runtime.parallelism"),
            [],
        );
        const runtime = { profile: "kubernetes", parallelism: 121, taskSlots: 16 };
        const big = complaints({ runtime }, "runtime.parallelism");
        assert.equal(big.length, 1, "pipeline.max-parallelism is 120");
    });
});

describe("the runtime's contract", () => {
    it("is reached from this machine where it has a REST API, and not on a cluster", () => {
        assert.equal(flinkOnThisMachine(standIns.runtime).flinkRest, standIns.runtime.flinkRest);
        const clustered = standInOf({ runtime: { profile: "kubernetes" } as never }, "runtime");
        assert.throws(() => flinkOnThisMachine(clustered), { code: "runtime-of-a-cluster" });
    });

    it("has a stand-in for each profile", () => {
        for (const profile of ["embedded", "kubernetes", "external"])
            assert.equal(
                contracts.runtime.parse(standInOf({ runtime: { profile } as never }, "runtime")).profile,
                profile,
            );
        for (const profile of ["embedded", "kubernetes"])
            assert.equal(
                contracts.observability.parse(standInOf({ observability: { profile } as never }, "observability"))
                    .profile,
                profile,
            );
    });
});
