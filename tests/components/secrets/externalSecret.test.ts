import assert from "node:assert/strict";
import { ExternalSecret, type ExternalSecretArgs } from "../../../components/secrets/externalSecret";
import { parseSecretRef } from "../../../stacks/secretRef";
import { making } from "../making";

const base: Omit<ExternalSecretArgs, "values"> = {
    environment: "prod",
    namespace: "streaming",
    secretName: "kafka",
    serviceAccount: "flink",
};
const store = "kubernetes:external-secrets.io/v1:SecretStore";
const secret = "kubernetes:external-secrets.io/v1:ExternalSecret";

const argsOf = (values: Record<string, string>, more: Partial<ExternalSecretArgs> = {}): ExternalSecretArgs => ({
    ...base,
    ...more,
    values: Object.fromEntries(Object.entries(values).map(([key, text]) => [key, parseSecretRef(text)])),
});
const make = (values: Record<string, string>, more: Partial<ExternalSecretArgs> = {}, resources = 2) =>
    making((options) => new ExternalSecret("kafka", argsOf(values, more), options), { resources });
const spec = (inputs: Readonly<Record<string, unknown>> | undefined) => inputs?.["spec"] as Record<string, unknown>;
const serviceAccountRef = { name: "flink" };

describe("secrets of a store on the cluster", () => {
    const stores: [string, string, Partial<ExternalSecretArgs>, object][] = [
        [
            "AWS Secrets Manager",
            "aws-sm://prod/kafka#password",
            { aws: { region: "eu-west-1" } },
            { aws: { service: "SecretsManager", region: "eu-west-1", auth: { jwt: { serviceAccountRef } } } },
        ],
        [
            "AWS Systems Manager",
            "aws-ssm:///prod/kafka",
            { aws: { region: "eu-west-1" } },
            { aws: { service: "ParameterStore", region: "eu-west-1", auth: { jwt: { serviceAccountRef } } } },
        ],
        [
            "Google Secret Manager",
            "gcp-sm://lake-prod/kafka",
            { gcp: { clusterLocation: "europe-west1", clusterName: "lake" } },
            {
                gcpsm: {
                    projectID: "lake-prod",
                    auth: {
                        workloadIdentity: { clusterLocation: "europe-west1", clusterName: "lake", serviceAccountRef },
                    },
                },
            },
        ],
        [
            "Azure Key Vault",
            "azure-kv://lake-prod/kafka",
            { azure: { tenantId: "00000000-0000-4000-8000-000000000000" } },
            {
                azurekv: {
                    authType: "WorkloadIdentity",
                    vaultUrl: "https://lake-prod.vault.azure.net",
                    tenantId: "00000000-0000-4000-8000-000000000000",
                    serviceAccountRef,
                },
            },
        ],
        [
            "Vault",
            "vault://kv/prod/kafka#password",
            { vault: { server: "https://vault.example.com", role: "lakehouse" } },
            {
                vault: {
                    server: "https://vault.example.com",
                    path: "kv",
                    version: "v2",
                    auth: { kubernetes: { mountPath: "kubernetes", role: "lakehouse", serviceAccountRef } },
                },
            },
        ],
    ];
    for (const [what, ref, more, provider] of stores)
        it(`${what} is read as the workload's own identity, with no key`, async () => {
            const { of } = await make({ password: ref }, more);
            const [made] = of(store);
            assert.deepEqual(spec(made?.inputs), { provider });
            assert.doesNotMatch(JSON.stringify(made?.inputs), /secretRef|accessKey|token/i);
        });

    it("a secret of another namespace is read by its name alone", async () => {
        const { of } = await make({ password: "k8s://shared/kafka#password" }, {}, 4);
        const [role] = of("kubernetes:rbac.authorization.k8s.io/v1:Role");
        assert.equal((role?.inputs["metadata"] as { namespace: string }).namespace, "shared");
        assert.deepEqual(role?.inputs["rules"], [
            { apiGroups: [""], resources: ["secrets"], resourceNames: ["kafka"], verbs: ["get"] },
        ]);
        const [binding] = of("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding");
        assert.deepEqual(binding?.inputs["subjects"], [
            { kind: "ServiceAccount", name: "flink", namespace: "streaming" },
        ]);
        // Nothing ever says of a role that it is ready.
        assert.doesNotMatch(JSON.stringify([role, binding]), /waitFor/);
    });

    it("asks each store for its own, and waits until the secret is there", async () => {
        const { of, component } = await make(
            { user: "aws-sm://prod/kafka#user", token: "vault://kv/catalog#token", ca: "aws-sm://prod/ca" },
            { aws: { region: "eu-west-1" }, vault: { server: "https://vault.example.com", role: "lakehouse" } },
            3,
        );
        assert.equal(of(store).length, 2);
        const [made] = of(secret);
        assert.deepEqual(spec(made?.inputs), {
            refreshInterval: "1h",
            secretStoreRef: { kind: "SecretStore", name: "kafka-aws-sm" },
            target: { name: "kafka", creationPolicy: "Owner", deletionPolicy: "Retain" },
            data: [
                { secretKey: "user", remoteRef: { key: "prod/kafka", property: "user" } },
                {
                    secretKey: "token",
                    remoteRef: { key: "catalog", property: "token" },
                    sourceRef: { storeRef: { kind: "SecretStore", name: "kafka-vault-kv" } },
                },
                { secretKey: "ca", remoteRef: { key: "prod/ca" } },
            ],
        });
        for (const { inputs } of [...of(store), ...of(secret)]) {
            const { annotations, labels, namespace } = inputs["metadata"] as Record<string, Record<string, string>>;
            assert.equal(annotations?.["pulumi.com/waitFor"], "condition=Ready");
            assert.equal(labels?.["managed-by"], "tidegate");
            assert.equal(namespace, "streaming");
        }
        const name = await new Promise((resolve) => component.secretName.apply(resolve));
        assert.equal(name, "kafka");
    });

    const refused: [string, Record<string, string>, Partial<ExternalSecretArgs>, RegExp][] = [
        [
            "a variable of this machine",
            { password: "env://KAFKA" },
            {},
            /'env:\/\/KAFKA', the value of 'password', cannot be had on a cluster/,
        ],
        ["a file of this machine", { password: "file:///run/kafka" }, {}, /cannot be had on a cluster/],
        ["a store of AWS in no region", { password: "aws-sm://a" }, {}, /aws-sm:\/\/ needs 'aws'/],
        ["a key vault of no tenant", { password: "azure-kv://lake/a" }, {}, /azure-kv:\/\/ needs 'azure'/],
        ["a Vault that nobody has said where it is", { password: "vault://kv/a" }, {}, /vault:\/\/ needs 'vault'/],
        [
            "a Vault without TLS",
            { password: "vault://kv/a" },
            { vault: { server: "http://vault", role: "a" } },
            /no https:\/\/ URL/,
        ],
        ["a secret of nothing", {}, {}, /needs at least one value/],
    ];
    for (const [what, values, more, expected] of refused)
        it(`refuses ${what}`, () => {
            assert.throws(
                () => new ExternalSecret("refused", argsOf(values, more)),
                (error: Error & { code?: string }) => {
                    assert.equal(error.code, "secret-ref-unavailable");
                    assert.match(error.message, expected);
                    return true;
                },
            );
        });
});
