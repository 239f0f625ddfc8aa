import assert from "node:assert/strict";
import { scanText, scanTextFully } from "../../automation/secrets/scan";
import { kindOf } from "../../automation/secrets/kinds";

/** As `line key rule`. */
const found = (file: string, text: string): string[] =>
    scanText({ file, text }).map(({ line, keyPath, rule }) => `${line} ${keyPath} ${rule}`);

const token = `gh${"p"}_${"aB3".repeat(12)}`;

describe("the kinds of files", () => {
    for (const [path, kind] of [
        ["Pulumi.yaml", "project"],
        ["stacks/Pulumi.prod-broker.yaml", "stack"],
        ["stacks/prod.yaml", "environment"],
        [".env", "dotenv"],
        ["app/.env.local", "dotenv"],
        ["dbt/profiles.yml", "dbt"],
        ["sql/templates/bronze.sql", "sql"],
        ["charts/lake/values-prod.yaml", "helm"],
        [".github/workflows/ci.yml", "workflow"],
        [".gitlab-ci.yml", "workflow"],
        ["ci/Jenkinsfile", "workflow"],
        ["other.yaml", "yaml"],
        ["client.properties", "properties"],
        ["setup.sh", "text"],
        ["index.ts", "source"],
        ["README.md", "source"],
    ] as const)
        it(`${path}: ${kind}`, () => assert.equal(kindOf(path), kind));
});

describe("a scan of a text", () => {
    it("tells line, key and rule of YAML, in lists and in many documents", () => {
        assert.deepEqual(
            found(
                "x.yaml",
                "a: 1\n---\nenv:\n  - name: DB_PASSWORD\n    value: hunter2\n  - { name: TOKEN, value: '${TOKEN}' }\n",
            ),
            ["5 env[DB_PASSWORD].value secret-by-key"],
        );
        assert.deepEqual(found("x.yaml", "a:\n  apiKey: x\n  tokens: [one]\n  secretAccessKey: 'z'\n"), [
            "2 a.apiKey secret-by-key",
            "3 a.tokens[0] secret-by-key",
            "4 a.secretAccessKey aws-secret-key",
        ]);
    });

    it("takes `secure:` in a stack file alone, and only what is encrypted", () => {
        const cipher = "config:\n  a:token:\n    secure: v1:0M4d3UpF4k3Nonc1:qW8eR2tY6uI0oP4aS7dF1gH5jK9l3ZxCVb==\n";
        assert.deepEqual(
            found("stacks/Pulumi.prod-broker.yaml", `encryptionsalt: v1:abc=:v1:abcd:efgh\n${cipher}`),
            [],
        );
        assert.deepEqual(found("stacks/prod.yaml", cipher), ["3 config.a:token.secure secure-elsewhere"]);
        assert.deepEqual(found("Pulumi.prod.yaml", "config:\n  a:token:\n    secure: hunter2\n"), [
            "3 config.a:token.secure secure-not-encrypted",
        ]);
    });

    it("leaves references, names of providers and empty values alone", () =>
        assert.deepEqual(
            found(
                "stacks/local.yaml",
                "state: { secretsProvider: passphrase }\nbroker: { secretRef: aws-sm://a }\ntoken: ''\nsecret: null\npassphraseFile: /a\nkeys: [a]\n",
            ),
            [],
        ));

    it("reads JSON with its lines", () =>
        assert.deepEqual(found("x.json", '{\n  "a": {\n    "password": "hunter2"\n  }\n}\n'), [
            "3 a.password secret-by-key",
        ]));

    it("reads dotenv, properties, INI and TOML, with continuations and sections", () => {
        assert.deepEqual(found(".env", "# a comment\nexport DB_PASSWORD='hunter2' # why\nTOKEN=$TOKEN\n"), [
            "2 DB_PASSWORD secret-by-key",
        ]);
        assert.deepEqual(
            found(
                "client.properties",
                'a=b\nsasl.jaas.config=org.x.PlainLoginModule required \\\n  username="a" \\\n  password="hunter2";\n',
            ),
            ["2 sasl.jaas.config sasl-jaas", "2 password secret-by-key"],
        );
        assert.deepEqual(found("x.toml", '[db]\nuser = "a"\npassword = "hunter2"\n'), ["3 db.password secret-by-key"]);
    });

    it("reads options of SQL by their names, and its statements", () =>
        assert.deepEqual(
            found(
                "a.sql",
                "CREATE TABLE t (token STRING) WITH (\n  'connector' = 'kafka',\n  's3.secret-key' = 'hunter2'\n);\nCREATE USER a WITH PASSWORD 'hunter2';\n",
            ),
            ["3 s3.secret-key aws-secret-key", "5 statement sql-password"],
        ));

    it("reads templates of Helm that are no YAML, and pipelines of Jenkins", () => {
        assert.deepEqual(
            found(
                "charts/a/templates/b.yaml",
                "{{- if .Values.x }}\npassword: {{ .Values.password }}\ntoken: hunter2\n{{- end }}\n",
            ),
            ["3 token secret-by-key"],
        );
        assert.deepEqual(
            found("Jenkinsfile", "environment {\n  A_TOKEN = credentials('a')\n  B_TOKEN = 'hunter2'\n}\n"),
            ["3 B_TOKEN secret-by-key"],
        );
    });

    it("finds tokens in programs and in comments, with their lines", () => {
        assert.deepEqual(found("a.ts", `const password = "hunter2";\n// ${token}\n`), ["2  github-token"]);
        assert.deepEqual(found("a.yaml", `a: 1\n# ${token}\n`), ["2 a github-token"]);
    });

    it("tells a token once, although its key says the same", () =>
        assert.deepEqual(found("a.yaml", `githubToken: ${token}\n`), ["1 githubToken github-token"]));

    it("has what secretlint's rules find beyond that", async () => {
        const text = `x = 1\nconst url = "https://user:${"p4ss"}word@db.example.com/";\n`;
        const more = await scanTextFully({ file: "a.ts", text });
        assert.deepEqual(
            more.map(({ line, rule }) => `${line} ${rule}`),
            ["2 secretlint-basicauth"],
        );
        assert.ok(!JSON.stringify(more).includes("p4ssword"));
    });
});
