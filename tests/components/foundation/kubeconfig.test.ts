import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { scanText } from "../../../automation/secrets/scan";
import { adoptedKubeconfig, isAdopted } from "../../../automation/rehearsal/adopted";
import { AdoptedCluster, readKubeconfig, type AdoptedClusterArgs } from "../../../components/foundation/kubeconfig";
import { at, type Values } from "../../../components/provider/values";
import { foundationContract } from "../../../stacks/contracts";
import { kubeconfig as settings } from "../../../stacks/settings/foundation/kubeconfig";

const role = { roleName: "flink", roleArn: "arn:aws:iam::123456789012:role/flink" };
const azure = { clientId: "00000000-0000-4000-8000-000000000001", principalId: "00000000-0000-4000-8000-000000000002" };

describe("a cluster that somebody else runs", () => {
    async function adopting(changes: Partial<AdoptedClusterArgs> = {}) {
        const made: { type: string; inputs: Values }[] = [];
        await pulumi.runtime.setMocks({
            call: () => ({}),
            newResource: ({ type, name, inputs, id }) => {
                made.push({ type, inputs: inputs as Values });
                return { id: id ?? name, state: inputs as Values };
            },
        });
        const cluster = new AdoptedCluster("foundation", {
            environment: "prod",
            kubeconfig: adoptedKubeconfig("theirs"),
            context: "theirs",
            ...changes,
        });
        const entries = Object.entries(cluster.contract).map(
            ([key, value]) =>
                new Promise<[string, unknown]>((told) =>
                    (value as pulumi.Output<unknown>).apply((plain) => told([key, plain])),
                ),
        );
        return { made, cluster, contract: Object.fromEntries(await Promise.all(entries)) as unknown };
    }

    it("fulfils the contract of its layer, with identities of every cloud", async () => {
        const { contract } = await adopting({
            identities: {
                flink: { aws: role },
                catalog: { gcp: { email: "lake@p.iam.gserviceaccount.com" } },
                dbt: { azure },
            },
            oidcIssuer: "https://issuer.invalid",
        });
        const { identities, ...rest } = foundationContract.parse(contract);
        assert.deepEqual(identities.flink, {
            namespace: "prod-flink",
            serviceAccount: "flink",
            aws: role,
            gcp: null,
            azure: null,
        });
        assert.equal(identities.catalog.gcp?.member, "serviceAccount:lake@p.iam.gserviceaccount.com");
        assert.deepEqual(identities.dbt.azure, azure);
        assert.equal(rest.profile, "kubeconfig");
        assert.equal(rest.clusterName, "theirs");
        assert.equal(rest.oidcIssuer, "https://issuer.invalid");
        assert.equal(rest.network, null);
    });

    it("says that of nobody where nobody is named", async () => {
        const { contract } = await adopting();
        const { identities } = foundationContract.parse(contract);
        for (const { aws, gcp, azure: there } of Object.values(identities))
            assert.deepEqual([aws, gcp, there], [null, null, null]);
    });

    it("keeps the kubeconfig secret, and gives it to the provider with the context", async () => {
        const { cluster, made } = await adopting();
        assert.equal(await pulumi.isSecret(cluster.contract.kubeconfig), true);
        const provider = made.find(({ type }) => type === "pulumi:providers:kubernetes");
        assert.equal(provider?.inputs["context"], "theirs");
    });

    it("installs no operator unless it is told to", async () => {
        const { made } = await adopting();
        assert.ok(made.some(({ type }) => type.endsWith(":CustomResourceDefinition")));
        assert.ok(!made.some(({ type }) => type.endsWith(":Release")));
    });

    describe("its settings", () => {
        const parse = (more: object) => settings.safeParse({ profile: "kubeconfig", context: "theirs", ...more });

        it("need a context alone: operators are there, nobody has an identity, nobody has said where the network is", () => {
            const { operators, identities, network } = parse({}).data ?? assert.fail("refused");
            assert.deepEqual(operators, { certManager: "adopt", externalSecrets: "adopt", prometheus: "adopt" });
            assert.deepEqual(identities, {});
            assert.equal(network, null);
        });

        it("may say whether External Secrets is there: that is no secret", () => {
            const keys = (text: string) => scanText({ file: "stacks/x.yaml", text }).map(({ keyPath }) => keyPath);
            assert.deepEqual(keys("operators: { externalSecrets: adopt }"), []);
            assert.deepEqual(keys("a: { clientSecrets: abc }"), ["a.clientSecrets"]);
        });

        it("take the network of each cloud as the contract has it", () => {
            for (const network of [
                { cloud: "aws", vpcId: "vpc-1", privateSubnetIds: ["subnet-1"], nodeSecurityGroupId: "sg-1" },
                {
                    cloud: "gcp",
                    network: "projects/p/global/networks/n",
                    subnetwork: "projects/p/regions/r/subnetworks/s",
                },
                { cloud: "azure", resourceGroup: "r", virtualNetworkId: "v", nodeSubnetId: "n", endpointSubnetId: "e" },
            ])
                assert.deepEqual(parse({ network }).data?.network, network);
        });

        for (const [what, wrong] of Object.entries({
            "no context": { context: "" },
            "a role that is no ARN": { identities: { flink: { aws: { roleName: "a", roleArn: "flink" } } } },
            "an issuer without TLS": { oidcIssuer: "http://issuer.invalid" },
            "an identity of nobody's workload": { identities: { spark: {} } },
            "a quota that Kubernetes cannot read": { quotas: { flink: { memory: "64 GB" } } },
            "a network of no cloud": { network: { cloud: "other" } },
        }))
            it(`refuse ${what}`, () => assert.equal(parse(wrong).success, false));
    });

    describe("its kubeconfig", () => {
        let directory: string;
        const write = (name: string, content: object): string => {
            writeFileSync(join(directory, name), JSON.stringify(content));
            return name;
        };
        const config = (name: string, cluster: object = {}, user: object = { token: "a-token-of-theirs" }) => ({
            contexts: [{ name, context: { cluster: `${name}-cluster`, user: `${name}-user` } }],
            clusters: [{ name: `${name}-cluster`, cluster: { server: `https://${name}.invalid`, ...cluster } }],
            users: [{ name: `${name}-user`, user }],
        });
        const read = (context: string, file?: string, variables: NodeJS.ProcessEnv = {}): Values =>
            JSON.parse(readKubeconfig(context, { file, directory, variables })) as Values;

        beforeEach(() => {
            directory = mkdtempSync(join(tmpdir(), "tidegate-test-"));
        });
        afterEach(() => rmSync(directory, { recursive: true, force: true }));

        it("is one context of the file, and opens no other cluster", () => {
            const [one, other] = [config("a"), config("b")];
            const file = write("config", {
                contexts: [...one.contexts, ...other.contexts],
                clusters: [...one.clusters, ...other.clusters],
                users: [...one.users, ...other.users],
            });
            const found = read("b", file);
            assert.equal(found["current-context"], "b");
            for (const key of ["contexts", "clusters", "users"]) assert.equal((found[key] as unknown[]).length, 1, key);
            assert.equal(at(found, ["clusters", "0", "cluster", "server"]), "https://b.invalid");
        });

        it("has the files that it names in it, wherever it is read", () => {
            mkdirSync(join(directory, "pki"));
            writeFileSync(join(directory, "pki", "ca.crt"), "an authority");
            const file = write("config", config("a", { "certificate-authority": "pki/ca.crt" }));
            const cluster = at(read("a", file), ["clusters", "0", "cluster"]) as Values;
            assert.equal(
                Buffer.from(String(cluster["certificate-authority-data"]), "base64").toString(),
                "an authority",
            );
            assert.equal(cluster["certificate-authority"], undefined);
        });

        it("is that of KUBECONFIG, whose files are looked through in their order", () => {
            const paths = [write("one", config("a")), write("two", config("b"))].map((name) => join(directory, name));
            const found = read("b", undefined, { KUBECONFIG: paths.join(":") });
            assert.equal(at(found, ["users", "0", "user", "token"]), "a-token-of-theirs");
        });

        for (const [what, [content, context, message]] of Object.entries({
            "without the context, and says which one was meant": [config("production"), "productoin", /production/],
            "whose context names no cluster of it": [{ ...config("a"), clusters: [] }, "a", /cluster 'a-cluster'/],
            "whose context names no user of it": [{ ...config("a"), users: [] }, "a", /user 'a-user'/],
            "that does not check whose cluster it is": [
                config("a", { "insecure-skip-tls-verify": true }),
                "a",
                /does not check/,
            ],
            "that names a file that is not there": [
                config("a", { "certificate-authority": "nowhere" }),
                "a",
                /nowhere/,
            ],
            "that is none": [{ contexts: "a" }, "a", /is no kubeconfig/],
        } as const))
            it(`is refused ${what}`, () => {
                const file = write("config", content);
                assert.throws(
                    () => read(context, file),
                    (error: Error & { code: string; hint?: string }) => {
                        assert.equal(error.code, "kubeconfig-invalid");
                        assert.match(`${error.message} ${error.hint ?? ""}`, message);
                        return true;
                    },
                );
            });

        it("is refused that is no YAML, without a word of what is in it", () => {
            writeFileSync(join(directory, "config"), "users: [{ token: a-token-of-theirs");
            assert.throws(
                () => read("a", "config"),
                (error: Error & { code: string }) => {
                    assert.equal(error.code, "kubeconfig-invalid");
                    assert.doesNotMatch(`${error.message} ${error.stack}`, /a-token-of-theirs/);
                    return true;
                },
            );
        });

        it("is told by name where there is none", () =>
            assert.throws(() => read("a", "missing.yaml"), { code: "kubeconfig-invalid", message: /missing\.yaml/ }));
    });

    it("is made up in a rehearsal: its server is nobody's", () => {
        const server = at(JSON.parse(adoptedKubeconfig("their cluster")), ["clusters", "0", "cluster", "server"]);
        assert.match(String(server), /\.invalid$/);
        assert.equal(isAdopted(String(server)), true);
        assert.equal(isAdopted("https://ABC.gr7.eu-west-1.eks.amazonaws.com"), false);
    });
});
