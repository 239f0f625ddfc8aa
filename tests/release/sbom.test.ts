import assert from "node:assert/strict";
import { z } from "zod";
import { sbomOf } from "../../automation/release/sbom";
import { file } from "./ingredients";

const bomSchema = z.object({
    bomFormat: z.literal("CycloneDX"),
    specVersion: z.literal("1.6"),
    serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    metadata: z.strictObject({ component: z.object({ name: z.string() }) }),
    components: z.array(
        z.object({
            type: z.string(),
            name: z.string(),
            purl: z.string(),
            hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
        }),
    ),
});

const integrity = Buffer.alloc(64, 7);
const lock = JSON.stringify({
    lockfileVersion: 3,
    packages: {
        "": { name: "root", version: "1.0.0" },
        "node_modules/@pulumi/aws": { version: "7.48.0", integrity: `sha512-${integrity.toString("base64")}` },
        "node_modules/yaml": { version: "2.9.1" },
        "node_modules/a/node_modules/yaml": { version: "1.0.0" },
        "node_modules/mocha": { version: "12.0.3", dev: true },
        "node_modules/linked": { link: true },
    },
});
const digest = "a".repeat(64);
const request = {
    graph: "services",
    files: [
        file("package-lock.json", lock),
        file(
            "dbt/requirements.txt",
            `dbt_core==1.11.16 \\\n    --hash=sha256:${digest}\nduckdb[all]==1.5.5 ; python_version > "3"\nloose>=1\n`,
        ),
    ],
    versions: [
        { kind: "engine", name: "pulumi", version: "3.250.0", stacks: [] },
        { kind: "plugin", name: "@pulumi/aws", version: "7.48.0", stacks: [] },
        { kind: "chart", name: "cert-manager", version: "v1.21.1", stacks: [] },
        { kind: "image", name: "flink", version: `registry.example/team/flink@sha256:${digest}`, stacks: [] },
    ],
    others: [{ type: "maven", group: "org.apache.kafka", name: "kafka-clients", version: "4.1.2", sha256: digest }],
} as const;

describe("the bill of materials", () => {
    it("names every package, jar, chart, image and tool once, as CycloneDX 1.6", () => {
        const { components } = bomSchema.parse(JSON.parse(sbomOf(request)));
        assert.deepEqual(components.map(({ purl }) => purl).sort(), [
            "pkg:generic/helm/cert-manager@v1.21.1",
            "pkg:generic/pulumi-plugin/pulumi/aws@7.48.0",
            "pkg:generic/pulumi@3.250.0",
            "pkg:maven/org.apache.kafka/kafka-clients@4.1.2",
            "pkg:npm/%40pulumi/aws@7.48.0",
            "pkg:npm/yaml@1.0.0",
            "pkg:npm/yaml@2.9.1",
            `pkg:oci/flink@sha256:${digest}?repository_url=registry.example%2Fteam%2Fflink`,
            "pkg:pypi/dbt-core@1.11.16",
            "pkg:pypi/duckdb@1.5.5",
        ]);
        const hashOf = (name: string) => components.find(({ purl }) => purl.includes(name))?.hashes;
        assert.deepEqual(hashOf("%40pulumi/aws"), [{ alg: "SHA-512", content: integrity.toString("hex") }]);
        assert.deepEqual(hashOf("kafka-clients"), [{ alg: "SHA-256", content: digest }]);
        assert.equal(components.find(({ name }) => name === "flink")?.type, "container");
    });

    it("is the same for the same release: no time, nothing by chance", () => {
        const turned = { ...request, files: request.files.toReversed(), versions: request.versions.toReversed() };
        assert.equal(sbomOf(turned), sbomOf(request));
        assert.notEqual(sbomOf({ ...request, versions: [] }), sbomOf(request));
    });
});
