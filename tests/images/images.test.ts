import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
    imageOf,
    inputsDigest,
    lockSchema,
    placeholderImage,
    pulledImages,
    readLock,
    wantedTag,
    writeLock,
} from "../../automation/images/lock";
import { repositoryRoot } from "../../automation/core/repository";
import pins from "../../automation/toolchain/pins.json";
import { temporaryDirectory } from "../components/support";

const flink = `registry.example:5000/lake/flink@sha256:${"0123456789abcdef".repeat(4)}`;
const dbt = `ghcr.io/lake/dbt@sha256:${"fedcba9876543210".repeat(4)}`;

describe("images.lock", () => {
    let root: string;
    let remove: () => Promise<void>;
    let at: { file: string; root: string };
    const put = (path: string, text: string) => {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
    };
    beforeEach(async () => {
        ({ path: root, remove } = await temporaryDirectory());
        at = { root, file: join(root, "images.lock") };
        put("images/flink/Dockerfile", "FROM a");
        put("images/dbt/Dockerfile", "FROM b");
        put("dbt/models/one.sql", "select 1");
    });
    afterEach(() => remove());

    it("holds what a registry gave, and what it was built from", () => {
        writeLock({ flink }, at);
        writeLock({ dbt }, at);
        const lock = lockSchema.parse(JSON.parse(readFileSync(at.file, "utf8")));
        assert.equal(lock.images.flink?.reference, flink, "locking dbt leaves Flink alone");
        assert.equal(lock.images.dbt?.inputs, inputsDigest("dbt", root));
        assert.equal(imageOf("dbt", { rehearsal: null }, at), dbt);
    });

    it("takes no tag, no short digest, no name without a registry's digest, and none that was made up", () => {
        const wrong = [
            "ghcr.io/lake/flink:2.0",
            "ghcr.io/lake/flink",
            `ghcr.io/lake/flink:2.0@sha256:${"a1".repeat(32)}`,
            `ghcr.io/lake/flink@sha256:${"a1".repeat(31)}`,
            `GHCR.io/lake/flink@sha256:${"a1".repeat(32)}`,
            `ghcr.io/lake/flink@sha256:${"0".repeat(64)}`,
            placeholderImage("flink"),
        ];
        for (const reference of wrong)
            assert.throws(() => writeLock({ flink: reference }, at), { code: "image-reference-invalid" }, reference);
        assert.throws(() => writeLock({}, at), { code: "usage" });
        assert.equal(readLock(at.file), undefined, "nothing was written");
    });

    it("is what a real platform cannot be without; a rehearsal takes an image that is nowhere", () => {
        assert.throws(() => imageOf("flink", { rehearsal: null }, at), { code: "images-not-locked" });
        assert.equal(
            imageOf("flink", { rehearsal: "/somewhere" }, at),
            `rehearsal.invalid/tidegate-flink@sha256:${"0".repeat(64)}`,
        );
        writeLock({ flink }, at);
        assert.throws(() => imageOf("dbt", { rehearsal: null }, at), { code: "images-not-locked" });
        assert.equal(imageOf("flink", { rehearsal: "/somewhere" }, at), flink);
    });

    it("no longer counts when the files have changed from which an image was built", () => {
        writeLock({ flink, dbt }, at);
        put("dbt/target/manifest.json", "what a run leaves is no input");
        assert.equal(imageOf("dbt", { rehearsal: null }, at), dbt);
        put("dbt/models/one.sql", "select 2");
        assert.throws(() => imageOf("dbt", { rehearsal: null }, at), { code: "images-outdated" });
        assert.equal(imageOf("flink", { rehearsal: null }, at), flink);
    });

    it("holds what others make by the version that is wanted, of which nothing is built", () => {
        const references = Object.fromEntries(
            pulledImages.map((image, index) => [
                image,
                `docker.io/theirs/${image}@sha256:${createHash("sha256").update(String(index)).digest("hex")}`,
            ]),
        );
        writeLock(references, at);
        put("images/flink/Dockerfile", "FROM another");
        for (const image of pulledImages) {
            assert.match(wantedTag(image), /^[a-z0-9./-]+:[\w.-]*\d[\w.-]*$/, "a version, and not what is latest");
            assert.equal(imageOf(image, { rehearsal: null }, at), references[image]);
        }
    });

    it("no longer counts when another version is wanted of an image that somebody else makes", () => {
        writeLock({ kafka: `docker.io/apache/kafka@sha256:${"0123456789abcdef".repeat(4)}` }, at);
        const lock = lockSchema.parse(JSON.parse(readFileSync(at.file, "utf8")));
        const of = (version: string) => `sha256:${createHash("sha256").update(version).digest("hex")}`;
        assert.equal(lock.images.kafka?.inputs, of(wantedTag("kafka")));
        const older = { ...lock, images: { kafka: { ...lock.images.kafka, inputs: of("apache/kafka:3.9.0") } } };
        writeFileSync(at.file, JSON.stringify(older));
        assert.throws(() => imageOf("kafka", { rehearsal: null }, at), {
            code: "images-outdated",
            message: new RegExp(`'kafka' is locked in another version than ${wantedTag("kafka")}`),
        });
        assert.throws(() => imageOf("postgres", { rehearsal: null }, at), {
            code: "images-not-locked",
            hint: new RegExp(`${wantedTag("postgres")}.*images lock --postgres `),
        });
    });

    it("is refused where somebody wrote something else into it", () => {
        for (const text of ["", "{}", `{"version":1,"images":{"flink":{"reference":"a:b","inputs":"x"}}}`]) {
            writeFileSync(at.file, text);
            assert.throws(() => readLock(at.file), { code: "images-lock-invalid" });
        }
    });
});

describe("images/", () => {
    const read = (path: string) => readFileSync(join(repositoryRoot, "images", path), "utf8");

    it("has Flink as this machine runs it, but for the connector, which is not shaded", () => {
        const docker = read("flink/Dockerfile");
        for (const [name, version] of [
            ["KAFKA_CONNECTOR", pins.flinkKafkaConnector],
            ["ICEBERG", pins.iceberg],
            ["HADOOP", pins.hadoop],
        ])
            assert.ok(docker.includes(`ARG ${name}=${version}\n`), name);
        const line = pins.flink.split(".").slice(0, 2).join(".");
        assert.match(docker, new RegExp(`FLINK_BASE {2}flink:${line.replace(".", "\\.")}\\.\\d+-java`));
        const pom = read("flink/pom.xml");
        assert.ok(pom.includes(`<artifactId>iceberg-flink-runtime-${line}</artifactId>`));
        assert.ok(pom.includes("<artifactId>flink-connector-kafka</artifactId>"));
        assert.ok(!pom.includes("flink-sql-connector-kafka"));
    });

    it("runs as a user that is not root, from bases that are named by digest when it is built", () => {
        for (const [image, uid] of [
            ["flink", 9999],
            ["dbt", 10001],
        ] as const) {
            const docker = read(`${image}/Dockerfile`);
            assert.deepEqual(docker.match(/^USER .*$/gm), [`USER ${uid}:${uid}`]);
            const bases = [...docker.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
            assert.ok(bases.length > 0 && bases.every((base) => /^\$\{[A-Z_]+\}$/.test(base ?? "")));
            assert.doesNotMatch(docker, /^ARG [A-Z]+_BASE=/m);
            assert.doesNotMatch(docker, /sha256:[0-9a-f]{8}/);
        }
    });
});
