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
import { environmentJsonSchema } from "../../stacks/schema";
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

/** A layer's `profile`, and the `kind` of a part of it, as `broker.cluster.kind: serverless`. */
const isChoice = (path: readonly string[]): boolean =>
    path.length === 2
        ? path[1] === "profile"
        : ["broker.cluster.kind", "catalog.database.kind"].includes(path.join("."));

/** What the JSON Schema of environment files lets these keys be. */
function choicesOf(schema: unknown, path: readonly string[] = []): string[] {
    if (typeof schema !== "object" || schema === null) return [];
    const { const: only, enum: some, oneOf, anyOf, allOf, properties } = schema as JsonSchema;
    const values = isChoice(path) ? [...(only === undefined ? [] : [only]), ...(some ?? [])] : [];
    return [
        ...values.map((value) => `${path.join(".")}: ${String(value)}`),
        ...[...(oneOf ?? []), ...(anyOf ?? []), ...(allOf ?? [])].flatMap((part) => choicesOf(part, path)),
        ...Object.entries(properties ?? {}).flatMap(([key, part]) => choicesOf(part, [...path, key])),
    ];
}

interface JsonSchema {
    readonly const?: unknown;
    readonly enum?: readonly unknown[];
    readonly oneOf?: readonly unknown[];
    readonly anyOf?: readonly unknown[];
    readonly allOf?: readonly unknown[];
    readonly properties?: Readonly<Record<string, unknown>>;
}

/** What of these keys an environment file says. */
function chosen(value: unknown, path: readonly string[] = []): string[] {
    if (isChoice(path)) return [`${path.join(".")}: ${String(value)}`];
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, part]) => chosen(part, [...path, key]));
}

describe("the examples of the profiles' pages", () => {
    const pages = join(repositoryRoot, "docs", "profiles");
    const wholeOf = (page: string): unknown[] =>
        [...readFileSync(join(pages, page), "utf8").matchAll(/```yaml\n(.*?)```/gs)]
            .map(([, block = ""]) => block)
            .filter((block) => /^name: /m.test(block))
            .map((block) => parseDocument(block).toJS() as unknown);
    const choices = [...new Set(choicesOf(environmentJsonSchema()))];

    it("are asked for each profile of each layer, and each kind of cluster and database", () => {
        const asked = new Set(choices.map((choice) => choice.slice(0, choice.indexOf(":"))));
        assert.deepEqual(
            [...asked].sort(),
            [...layers.map((layer) => `${layer}.profile`), "broker.cluster.kind", "catalog.database.kind"].sort(),
        );
    });

    for (const choice of choices)
        it(`have a whole, valid file with ${choice}`, () => {
            const said = readdirSync(pages)
                .flatMap(wholeOf)
                .filter((file) => environmentSchema.safeParse(file).success)
                .flatMap((file) => chosen(file));
            assert.ok(said.includes(choice), `no page of docs/profiles has a whole example with '${choice}'`);
        });

    for (const page of readdirSync(pages))
        it(`${page} has one that is a whole file, and all of those are valid`, () => {
            const whole = wholeOf(page);
            assert.notDeepEqual(whole, []);
            for (const file of whole) {
                const { error } = environmentSchema.safeParse(file);
                assert.deepEqual(error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [], []);
            }
        });
});
