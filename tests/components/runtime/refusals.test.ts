import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { flinkVersionOf } from "../../../components/runtime/flinkDeployment";
import { jaas } from "../../../components/runtime/jaas";
import { making } from "../mocks";
import { broker, catalog, foundation, runtimeOf, storage } from "./platform";

describe("what the runtime on Kubernetes refuses", () => {
    const refuses = async (changes: Parameters<typeof runtimeOf>[0], code: string | RegExp) => {
        const expected = typeof code === "string" ? { code } : code;
        await assert.rejects(making(runtimeOf(changes)), expected);
    };

    it("checkpoints on Azure without a way that Flink's plugin knows", () =>
        refuses({ storage: { ...storage, profile: "adls", flinkFileSystem: {} } }, "checkpoints-unreachable"));

    it("Amazon MSK without a role", () => {
        const { identities } = foundation;
        return refuses(
            { foundation: { ...foundation, identities: { ...identities, flink: { ...identities.flink, aws: null } } } },
            "identity-missing",
        );
    });

    it("a secretRef that names nothing", () =>
        refuses({ broker: broker({ saslMechanism: "PLAIN", secretRef: "kafka password" }) }, "secret-ref-invalid"));

    it("a broker that wants a password which nobody has", () => {
        assert.throws(() => jaas("PLAIN", null), /neither credentials nor a secretRef/);
        assert.match(
            jaas("OAUTHBEARER", null),
            /^KafkaClient \{\n {2}org\.apache\.kafka.*OAuthBearerLoginModule required;/,
        );
    });

    it("a catalog that DuckDB cannot attach", () =>
        refuses({ catalog: { ...catalog(), attach: false } }, "dbt-target-unfit"));

    it("a Flink for which there is no driver of SQL, or no Iceberg", () => {
        assert.equal(flinkVersionOf("2.1.3"), "v2_1");
        for (const version of ["1.20.1", "2.2.0", "2.3.0", "latest"])
            assert.throws(() => flinkVersionOf(version), { code: "flink-version-unfit" });
    });

    it("a job whose name Kubernetes would not take", () =>
        refuses(
            { jobs: [{ job: "Bronze_1", name: "x", kind: "streaming", statements: pulumi.output(["SELECT 1"]) }] },
            "flink-job-name-invalid",
        ));
});
