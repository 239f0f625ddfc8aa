import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { TidegateError } from "../../automation/core/errors";
import { parseYaml } from "../../automation/core/yamlFile";
import { onCluster, memberOf } from "../../components/secrets/remoteRef";
import {
    formatSecretRef,
    localSecretRefs,
    parseSecretRef,
    secretRefForms,
    type SecretRef,
    type SecretRefKind,
} from "../../stacks/secretRef";
import { secretRef } from "../../stacks/settings/secretRef";

const matching = (pattern: RegExp) => fc.stringMatching(pattern);
const withField = <T extends object>(record: fc.Arbitrary<T>) =>
    fc
        .tuple(record, fc.option(matching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/), { nil: undefined }))
        .map(([ref, field]) => (field === undefined ? ref : { ...ref, field }));
const segment = matching(/^[A-Za-z0-9_-]{1,12}$/);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const versioned = <T extends object>(record: fc.Arbitrary<T>, version: RegExp) =>
    fc
        .tuple(record, fc.option(matching(version), { nil: undefined }))
        .map(([ref, given]) => (given === undefined ? ref : { ...ref, version: given }));

const refs: Record<SecretRefKind, fc.Arbitrary<object>> = {
    "aws-sm": withField(
        fc.record({ kind: fc.constant("aws-sm"), name: matching(/^[A-Za-z0-9_+=.@-][A-Za-z0-9/_+=.@-]{0,40}$/) }),
    ),
    "aws-ssm": withField(
        fc.record({
            kind: fc.constant("aws-ssm"),
            name: fc.tuple(fc.constantFrom("", "/"), path).map((parts) => parts.join("")),
        }),
    ),
    "gcp-sm": withField(
        versioned(
            fc.record({
                kind: fc.constant("gcp-sm"),
                project: matching(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/),
                name: segment,
            }),
            /^(latest|[1-9][0-9]{0,5})$/,
        ),
    ),
    "azure-kv": withField(
        versioned(
            fc.record({
                kind: fc.constant("azure-kv"),
                vault: matching(/^[A-Za-z][A-Za-z0-9]{2,22}$/),
                name: matching(/^[A-Za-z0-9-]{1,40}$/),
            }),
            /^[0-9a-f]{32}$/,
        ),
    ),
    vault: withField(fc.record({ kind: fc.constant("vault"), mount: segment, path })),
    k8s: withField(
        fc.record({
            kind: fc.constant("k8s"),
            namespace: matching(/^[a-z0-9]{1,20}$/),
            name: matching(/^[a-z0-9]{1,10}(\.[a-z0-9]{1,10})?$/),
        }),
    ),
    env: fc.record({ kind: fc.constant("env"), variable: matching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/) }),
    file: fc.record({ kind: fc.constant("file"), path: path.map((text) => `/${text}`) }),
};

describe("references to secrets", () => {
    for (const [kind, arbitrary] of Object.entries(refs))
        it(`${kind}: what is written is read as the same`, () => {
            fc.assert(
                fc.property(arbitrary, (ref) => {
                    assert.deepEqual(parseSecretRef(formatSecretRef(ref as SecretRef)), { ...ref });
                }),
            );
        });

    it("the example of each form is read, and written as it was", () => {
        for (const [kind, { example }] of Object.entries(secretRefForms)) {
            const ref = parseSecretRef(example);
            assert.equal(ref.kind, kind);
            assert.equal(formatSecretRef(ref), example);
        }
    });

    it("knows the parts of a reference", () => {
        assert.deepEqual(parseSecretRef("gcp-sm://lake-prod/kafka/3#password"), {
            kind: "gcp-sm",
            project: "lake-prod",
            name: "kafka",
            version: "3",
            field: "password",
        });
        assert.deepEqual(parseSecretRef("aws-sm://prod/kafka"), { kind: "aws-sm", name: "prod/kafka" });
        assert.deepEqual(parseSecretRef("vault://kv/prod/kafka#user"), {
            kind: "vault",
            mount: "kv",
            path: "prod/kafka",
            field: "user",
        });
    });

    const refused: [string, RegExp][] = [
        ["", /no reference to a secret\. A reference is one of aws-sm:/],
        ["https://example.invalid/secret", /no reference to a secret/],
        ["aws-sm://", /has no NAME: it has to be aws-sm:\/\/NAME\[#field\], e\.g\./],
        ["aws-sm://a b", /cannot have this NAME/],
        ["aws-sm://a#", /cannot have this #field/],
        ["aws-sm://a#b#c", /cannot have this #field/],
        ["aws-ssm://a//b", /cannot have this NAME/],
        ["gcp-sm://lake-prod", /has no NAME/],
        ["gcp-sm://LAKE/kafka", /cannot have this PROJECT/],
        ["gcp-sm://lake-prod/kafka/0", /cannot have this VERSION/],
        ["gcp-sm://lake-prod/kafka/1/2", /cannot have this VERSION/],
        ["azure-kv://a_b/kafka", /cannot have this VAULT/],
        ["azure-kv://lake/kafka/newest", /cannot have this VERSION/],
        ["vault://kv#a", /has no PATH/],
        ["vault://kv/a/../b", /cannot have this PATH/],
        ["k8s://streaming", /has no NAME/],
        ["k8s://Streaming/kafka", /cannot have this NAMESPACE/],
        ["k8s://a/b/c", /cannot have this NAME/],
        ["env://A-B", /cannot have this VARIABLE/],
        ["env://A#b", /can have no #field/],
        ["file://relative", /cannot have this PATH: it has to be file:\/\/PATH/],
        ["file:///a/../etc/shadow", /cannot have this PATH/],
        ["aws-sm://a\nb", /cannot have this NAME/],
    ];
    for (const [text, expected] of refused)
        it(`refuses '${text.replace("\n", "\\n")}'`, () => {
            assert.throws(
                () => parseSecretRef(text),
                (error) => {
                    assert.ok(TidegateError.is(error));
                    assert.equal(error.code, "secret-ref-invalid");
                    assert.equal(error.exitCode, 2);
                    assert.match(error.message, expected);
                    return true;
                },
            );
        });

    it("refuses a secret in clear text with the path of its key, and does not repeat it", () => {
        const schema = z.strictObject({ broker: z.strictObject({ secretRef }) });
        const options = { kind: "environment file", code: "environment-invalid" };
        assert.throws(
            () => parseYaml("broker:\n  secretRef: hunter2-in-clear-text\n", "prod.yaml", schema, options),
            (error: Error) => {
                assert.match(error.message, /prod\.yaml:2: 'broker\.secretRef': is no reference to a secret/);
                assert.match(error.message, /vault:\/\/MOUNT\/PATH/);
                assert.doesNotMatch(error.message, /hunter2/);
                return true;
            },
        );
    });

    it("finds references that a cluster cannot look up, wherever they stand", () => {
        const file = {
            broker: { secretRef: "env://KAFKA", bootstrapServers: "a:1" },
            catalog: { auth: [{ clientSecretRef: "file:///run/x" }, { secretRef: "aws-sm://a" }] },
            note: "env://not-a-reference",
        };
        assert.deepEqual(localSecretRefs(file), [
            ["broker", "secretRef"],
            ["catalog", "auth", "0", "clientSecretRef"],
        ]);
    });
});

describe("references to secrets on a cluster", () => {
    const remote: [string, object, object][] = [
        ["aws-sm://prod/kafka#password", { kind: "aws-sm" }, { key: "prod/kafka", property: "password" }],
        ["aws-ssm:///prod/kafka", { kind: "aws-ssm" }, { key: "/prod/kafka" }],
        ["gcp-sm://lake-prod/kafka/3", { kind: "gcp-sm", project: "lake-prod" }, { key: "kafka", version: "3" }],
        ["azure-kv://lake/kafka#user", { kind: "azure-kv", vault: "lake" }, { key: "kafka", property: "user" }],
        ["vault://kv/prod/kafka#user", { kind: "vault", mount: "kv" }, { key: "prod/kafka", property: "user" }],
        ["k8s://streaming/kafka#user", { kind: "k8s", namespace: "streaming" }, { key: "kafka", property: "user" }],
    ];
    for (const [text, source, remoteRef] of remote)
        it(`${text} is in a store that the operator reads`, () => {
            assert.deepEqual(onCluster(parseSecretRef(text)), { available: true, source, remoteRef });
        });

    it("variables and files of this machine cannot be had there", () => {
        for (const text of ["env://A", "file:///a"]) {
            const answer = onCluster(parseSecretRef(text));
            assert.equal(answer.available, false);
            assert.match(answer.available ? "" : answer.reason, /of the machine that rolls out is not on the cluster/);
        }
    });

    it("names a member of a secret, but not of a single value", () => {
        assert.equal(formatSecretRef(memberOf(parseSecretRef("aws-sm://a"), "password")), "aws-sm://a#password");
        for (const text of ["aws-sm://a#b", "env://A", "file:///a"])
            assert.throws(() => memberOf(parseSecretRef(text), "password"), { code: "secret-ref-invalid" });
    });
});
