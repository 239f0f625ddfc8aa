/** What brings secrets into a cluster, in every kind of store, before the definitions of External Secrets. */
import assert from "node:assert/strict";
import type { Kind, KubernetesObject } from "../../automation/clients/kubernetes";
import { kindOf } from "../../automation/rehearsal/through";
import { ExternalSecret } from "../../components/secrets/externalSecret";
import type { Values } from "../../components/provider/values";
import { parseSecretRef } from "../../stacks/secretRef";
import type { ApiServer } from "../_helpers/apiServer";
import { making } from "../components/making";
import { making as layer } from "../components/mocks";
import { broker, runtimeOf } from "../components/runtime/platform";
import { sharedServer } from "./shared";

const namespaces = ["secrets", "prod-flink", "prod-dbt"];

describe("secrets of a store, before a real API server", () => {
    let server: ApiServer;
    before(async () => {
        server = await sharedServer();
        for (const name of namespaces)
            await server.api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, "tidegate-test");
    });

    const objectOf = (type: string, inputs: Values): KubernetesObject & Kind => {
        const kind = kindOf(type, inputs) ?? assert.fail(type);
        return { ...inputs, ...kind, metadata: inputs["metadata"] as KubernetesObject["metadata"] };
    };
    const apply = (type: string, inputs: Values) => server.api.apply(objectOf(type, inputs), "tidegate-test");

    it("takes a store of every kind, and what asks it", async () => {
        const values = {
            ...{ awsSecret: "aws-sm://prod/kafka#password", awsParameter: "aws-ssm:///prod/kafka" },
            ...{ gcp: "gcp-sm://lake-prod/kafka", azure: "azure-kv://lake-prod/kafka" },
            vault: "vault://kv/prod/kafka#password",
        };
        const { made } = await making(
            (options) =>
                new ExternalSecret(
                    "kafka",
                    {
                        ...{ environment: "prod", namespace: "secrets", secretName: "kafka", serviceAccount: "flink" },
                        aws: { region: "eu-west-1" },
                        gcp: { clusterLocation: "europe-west1", clusterName: "lake" },
                        azure: { tenantId: "00000000-0000-4000-8000-000000000000" },
                        vault: { server: "https://vault.example.com", role: "lakehouse" },
                        values: Object.fromEntries(
                            Object.entries(values).map(([key, text]) => [key, parseSecretRef(text)]),
                        ),
                    },
                    options,
                ),
            { resources: 6 },
        );
        const stores = made.filter(({ type }) => type.endsWith(":SecretStore"));
        assert.equal(stores.length, 5);
        for (const { type, inputs } of made) await apply(type, inputs);
    });

    it("takes what a job's login to a broker is made of", async () => {
        const program = await layer(
            runtimeOf({
                broker: broker({ saslMechanism: "PLAIN", secretRef: "aws-sm://prod/kafka" }),
                secretAccess: { store: { kind: "SecretStore", name: "vault" } },
            }),
        );
        const externals = program.made.filter(({ type }) => type.endsWith(":ExternalSecret"));
        assert.ok(externals.length > 0);
        for (const { type, inputs } of externals) await apply(type, inputs);
    });
});
