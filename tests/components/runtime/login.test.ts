import assert from "node:assert/strict";
import { making, type Program } from "../mocks";
import { broker, catalog, foundation, password, runtimeOf } from "./platform";
import { externalType, storeType, specOf, metadataOf, podsOf } from "./made";

describe("logging in from the cluster", () => {
    const jaasOf = (program: Program) =>
        (program.one("kubernetes:core/v1:Secret").inputs["stringData"] as Record<string, string>)["jaas.conf"];

    it("names un-shaded classes, for those of Amazon fit no other, in the file that the JVM is told of", async () => {
        const program = await making(runtimeOf());
        assert.equal(jaasOf(program), "KafkaClient {\n  software.amazon.msk.auth.iam.IAMLoginModule required;\n};\n");
        for (const job of ["bronze", "silver"])
            for (const role of ["jobmanager", "taskmanager"])
                assert.equal(
                    specOf(program, job).flinkConfiguration[`env.java.opts.${role}`],
                    "-Djava.security.auth.login.config=/opt/flink/kafka/jaas.conf",
                );
        assert.ok(!("env.java.opts.all" in specOf(program, "bronze").flinkConfiguration), "that is the operator's");
    });

    it("keeps user and password in a Secret alone", async () => {
        const own = broker({
            saslMechanism: "SCRAM-SHA-512",
            credentials: { username: "flink", password },
            caPem: "-----BEGIN CERTIFICATE-----",
        });
        const program = await making(runtimeOf({ broker: own }));
        assert.equal(
            jaasOf(program),
            'KafkaClient {\n  org.apache.kafka.common.security.scram.ScramLoginModule required username="flink" password="p\\"ss\\\\word-of-a-test";\n};\n',
        );
        const holders = program.made.filter(({ inputs }) => JSON.stringify(inputs).includes("word-of-a-test"));
        assert.deepEqual(
            holders.map(({ name }) => name),
            ["runtime-kafka"],
        );
        assert.ok(holders[0]?.secrets.some((path) => path.startsWith("stringData")));
        const sql = program.all("kubernetes:core/v1:ConfigMap").map(({ inputs }) => JSON.stringify(inputs["data"]));
        assert.ok(
            sql.some((text) => text.includes("'properties.ssl.truststore.location' = '/opt/flink/kafka/ca.pem'")),
        );
        assert.ok(!sql.some((text) => text.includes("org.apache.flink.kafka.shaded")));
    });

    it("has External Secrets bring what a secretRef names", async () => {
        const own = broker({ saslMechanism: "PLAIN", secretRef: "aws-sm://prod/kafka" });
        const store = { kind: "ClusterSecretStore", name: "theirs" } as const;
        const program = await making(runtimeOf({ broker: own, secretAccess: { store } }));
        assert.equal(program.all(storeType).length, 0, "somebody has set one up");
        assert.equal(program.all("kubernetes:core/v1:Secret").length, 0);
        const spec = program.one(externalType).inputs["spec"] as {
            secretStoreRef: unknown;
            data: { remoteRef: unknown }[];
            target: { name: string; template: { data: Record<string, string> } };
        };
        assert.deepEqual(spec.secretStoreRef, store);
        assert.deepEqual(spec.data[1]?.remoteRef, { key: "prod/kafka", property: "password" });
        assert.match(
            spec.target.template.data["jaas.conf"] ?? "",
            /^KafkaClient \{\n {2}org\.apache\.kafka\.common\.security\.plain\.PlainLoginModule required username=\{\{ \.username \| quote \}\}/,
        );
        const mount = specOf(program, "bronze").podTemplate.spec.volumes?.find(({ name }) => name === "kafka");
        assert.deepEqual(mount, { name: "kafka", secret: { secretName: "flink-kafka" } });
    });

    it("makes a store for each workload's own identity, where nobody has set one up", async () => {
        const own = broker({ saslMechanism: "PLAIN", secretRef: "aws-sm://prod/kafka" });
        const auth = { mode: "oauth2", tokenEndpoint: "https://idp.example/token", scope: null } as const;
        const program = await making(
            runtimeOf({
                broker: own,
                catalog: catalog({ ...auth, secretRef: "vault://kv/catalog" }),
                secretAccess: {
                    aws: { region: "eu-west-1" },
                    vault: { server: "https://vault.example.com", role: "lakehouse" },
                },
            }),
        );
        const made = program.all(storeType).map((one) => {
            const { namespace, name } = metadataOf(one);
            return [namespace, name, /"serviceAccountRef":\{"name":"([a-z]+)"\}/.exec(JSON.stringify(one.inputs))?.[1]];
        });
        assert.deepEqual(made.sort(), [
            ["prod-dbt", "dbt-catalog-vault-kv", "dbt"],
            ["prod-flink", "flink-catalog-vault-kv", "flink"],
            ["prod-flink", "flink-kafka-aws-sm", "flink"],
        ]);
        const refs = program
            .all(externalType)
            .map(({ inputs }) => (inputs["spec"] as { secretStoreRef: { name: string } }).secretStoreRef.name);
        assert.deepEqual(refs.sort(), ["dbt-catalog-vault-kv", "flink-catalog-vault-kv", "flink-kafka-aws-sm"]);
    });

    it("allows the address that Kafka's own OAuth client asks", async () => {
        const endpoint = "https://idp.example/token";
        const own = broker({
            saslMechanism: "OAUTHBEARER",
            secretRef: "azure-kv://lake-prod/kafka",
            clientProperties: { "sasl.oauthbearer.token.endpoint.url": endpoint },
        });
        const azure = { tenantId: "00000000-0000-4000-8000-000000000000" };
        const program = await making(runtimeOf({ broker: own, secretAccess: { azure } }));
        assert.match(
            specOf(program, "bronze").flinkConfiguration["env.java.opts.taskmanager"] ?? "",
            /-Dorg\.apache\.kafka\.sasl\.oauthbearer\.allowed\.urls=https:\/\/idp\.example\/token$/,
        );
        const template = JSON.stringify(program.one(externalType).inputs["spec"]);
        assert.match(template, /clientId=\{\{ \.username/);
    });

    it("presents the token of its service account to the catalog, renewed, and in no SQL", async () => {
        const auth = { mode: "serviceAccount", audience: "lakekeeper" } as const;
        const program = await making(runtimeOf({ catalog: catalog(auth) }));
        const { volumes } = specOf(program, "bronze").podTemplate.spec;
        assert.deepEqual(
            volumes?.find(({ name }) => name === "catalog"),
            {
                name: "catalog",
                projected: {
                    sources: [
                        { serviceAccountToken: { audience: "lakekeeper", expirationSeconds: 3600, path: "token" } },
                    ],
                },
            },
        );
        const sql = JSON.stringify(program.one("kubernetes:core/v1:ConfigMap", "runtime-bronze-sql").inputs["data"]);
        assert.ok(sql.includes("'rest.auth.type' = 'tidegate.TokenFileAuth'"));
        assert.ok(sql.includes("'token-file' = '/opt/flink/catalog/token'"));
        assert.equal(sql.split("rest.auth.type").length, 2, "once");
    });

    it("presents an OAuth client's credential to the catalog from a file", async () => {
        const auth = {
            mode: "oauth2",
            tokenEndpoint: "https://idp.example/token",
            scope: "lakekeeper",
            secretRef: "aws-sm://prod/catalog",
        } as const;
        const secretAccess = { aws: { region: "eu-west-1" } };
        const program = await making(runtimeOf({ catalog: catalog(auth), secretAccess }));
        const made = program.all(externalType).map((one) => [metadataOf(one).namespace, metadataOf(one).name]);
        assert.deepEqual(made.sort(), [
            ["prod-dbt", "dbt-catalog"],
            ["prod-flink", "flink-catalog"],
        ]);
        // Each is read as its own workload, and by no other namespace.
        const readers = program
            .all("kubernetes:external-secrets.io/v1:SecretStore")
            .map(({ inputs }) => JSON.stringify(inputs["spec"]));
        assert.deepEqual(readers.map((text) => /serviceAccountRef":\{"name":"(\w+)/.exec(text)?.[1]).sort(), [
            "dbt",
            "flink",
        ]);
        const sql = JSON.stringify(program.one("kubernetes:core/v1:ConfigMap", "runtime-bronze-sql").inputs["data"]);
        assert.ok(sql.includes("'rest.auth.type' = 'tidegate.CredentialFileAuth'"));
        assert.ok(!/'(credential|token)' =/.test(sql));
        const env = podsOf(program).get("runtime-dbt-build")?.containers[0]?.env ?? [];
        assert.ok(
            env.filter(({ name }) => name.startsWith("DBT_ENV_SECRET_")).every(({ value }) => value === undefined),
        );
    });

    it("marks pods for Azure's workload identity, and those of no other cloud", async () => {
        const azure = { clientId: "c", principalId: "p" };
        const { identities } = foundation;
        const program = await making(
            runtimeOf({
                broker: broker({ saslMechanism: null, securityProtocol: "PLAINTEXT" }),
                foundation: {
                    ...foundation,
                    identities: { ...identities, flink: { ...identities.flink, aws: null, azure } },
                },
            }),
        );
        const labels = (of: Program) => specOf(of, "bronze").podTemplate.metadata.labels;
        assert.equal(labels(program)["azure.workload.identity/use"], "true");
        assert.ok(!("azure.workload.identity/use" in labels(await making(runtimeOf()))));
        assert.equal(program.all("kubernetes:core/v1:Secret").length, 0, "nobody logs in");
    });
});
