/** The example environments: each is valid, whole, and about nobody's account. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../automation/core/repository";
import { applyEdits, dayTwoEdits } from "../../automation/rehearsal/edits";
import { scanText } from "../../automation/secrets/scan";
import { isStateful } from "../../automation/rollout/stateful";
import { layers } from "../../stacks/contracts";
import { environmentSchema, layersOf, loadEnvironment, type EnvironmentFile } from "../../stacks/environment";
import { cloudOf } from "../../stacks/settings/clouds";
import { parseDocument } from "yaml";

const folder = join(repositoryRoot, "stacks");
const names = readdirSync(folder)
    .filter((file) => file.endsWith(".yaml") && !file.startsWith("Pulumi."))
    .map((file) => file.slice(0, -".yaml".length));
const onThisMachine = ["local", "docker"];
const examples = names.filter((name) => !onThisMachine.includes(name));

/** What of the files could be somebody's: ids, hosts, addresses. */
const madeUp: readonly RegExp[] = [
    /^\d{12}$/,
    /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/,
    /^https?:/,
    /^arn:/,
    /^tgw-/,
];
const obvious = /123456789012|00000000-0000-4000-8000-|[/.]example\.com\b|0123456789abcdef/;

function texts(value: unknown): string[] {
    if (typeof value === "string") return [value];
    return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}

describe("the example environments", () => {
    it("are a development, a staging and a production on each cloud, and two of this machine", () => {
        const wanted = ["dev", "staging", "prod"].flatMap((stage) => ["", "gcp", "azure"].map((of) => stage + of));
        assert.deepEqual(names.sort(), [...wanted, ...onThisMachine].sort());
    });

    for (const name of examples) {
        const text = readFileSync(join(folder, `${name}.yaml`), "utf8");
        const load = (): Promise<EnvironmentFile> => loadEnvironment(name, { TIDEGATE_DATA: "/data" });

        it(`${name} is valid, and has every layer on one cloud`, async () => {
            const environment = await load();
            assert.deepEqual(layersOf(environment), layers);
            const clouds = layersOf(environment).flatMap((layer) => cloudOf[environment[layer]?.profile ?? ""] ?? []);
            assert.equal(new Set(clouds).size, 1);
        });

        it(`${name} is nobody's: its accounts, hosts and addresses are made up, and its secrets elsewhere`, async () => {
            const environment = await load();
            const suspicious = texts(environment).filter((value) => madeUp.some((form) => form.test(value)));
            assert.ok(suspicious.length > 1);
            assert.deepEqual(
                suspicious.filter((value) => !obvious.test(value)),
                [],
            );
            assert.deepEqual(scanText({ file: `stacks/${name}.yaml`, text }), []);
            assert.match(text, /secretRef: (aws-sm|gcp-sm|azure-kv):\/\//);
        });

        it(`${name} keeps its state where its cloud is, encrypted by a key of that`, async () => {
            const { state } = await load();
            const schemes = [state.backend, state.secretsProvider].map((url) => url.split(":")[0]);
            assert.ok(
                [
                    ["s3", "awskms"],
                    ["gs", "gcpkms"],
                    ["azblob", "azurekeyvault"],
                ].some((pair) => pair.join() === schemes.join()),
                schemes.join(),
            );
        });

        it(`${name} is valid after its day-two edits, which change each layer that has a size or a version`, async () => {
            const environment = await load();
            const edits = dayTwoEdits(environment);
            const changed = new Set(edits.map(({ path: [layer] }) => layer));
            // The catalog of a development is Lakekeeper with a database of its own; the others' is somebody else's.
            const ofCatalog = name.startsWith("dev") ? ["catalog"] : [];
            assert.deepEqual([...changed].sort(), [
                "broker",
                ...ofCatalog,
                "foundation",
                "observability",
                "runtime",
                "storage",
            ]);
            assert.ok(edits.some(({ path }) => path.join(".") === "broker.moreTopics"));
            const document = parseDocument(text);
            for (const { path, to } of edits) assert.notEqual(document.getIn(path), to, path.join("."));
            applyEdits(document, environment, edits);
            assert.deepEqual(environmentSchema.safeParse(document.toJS()).error?.issues ?? [], []);
        });
    }

    it("prod protects its data, and what of it is data is known as such", async () => {
        for (const name of ["prod", "prodgcp", "prodazure"]) {
            const { protectData } = await loadEnvironment(name, { TIDEGATE_DATA: "/data" });
            assert.equal(protectData, true, name);
        }
        for (const type of [
            "aws:msk/cluster:Cluster",
            "aws:msk/topic:Topic",
            "confluentcloud:index/kafkaTopic:KafkaTopic",
            "aiven:index/kafkaTopic:KafkaTopic",
            "tidegate:embedded:KafkaTopic",
            "gcp:managedkafka/topic:Topic",
            "azure-native:eventhub:EventHub",
        ])
            assert.ok(isStateful(type), type);
    });
});

describe("the examples of the profiles' pages", () => {
    const pages = join(repositoryRoot, "docs", "profiles");
    for (const page of readdirSync(pages)) {
        const blocks = [...readFileSync(join(pages, page), "utf8").matchAll(/```yaml\n(.*?)```/gs)].map(
            ([, block = ""]) => block,
        );
        const whole = blocks.filter((block) => /^name: /m.test(block));
        it(`${page} has one that is a whole file, and all of those are valid`, () => {
            assert.notDeepEqual(whole, []);
            for (const block of whole) {
                const parsed = environmentSchema.safeParse(parseDocument(block).toJS());
                assert.deepEqual(
                    parsed.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [],
                    [],
                );
            }
        });
    }
});
