import assert from "node:assert/strict";
import { scanText } from "../../automation/secrets/scan";

/** As `line key rule`. */
const found = (file: string, ...lines: string[]): string[] =>
    scanText({ file, text: `${lines.join("\n")}\n` }).map(({ line, keyPath, rule }) => `${line} ${keyPath} ${rule}`);

describe("a file is read as what it is", () => {
    it("YAML: what an alias stands for counts under the key of the alias", () =>
        assert.deepEqual(found("a.yaml", "x: &shared hunter2", "db: { user: a, password: *shared }"), [
            "2 db.password secret-by-key",
        ]));

    it("YAML: what is commented out counts, words of prose do not", () =>
        assert.deepEqual(
            found(
                "stacks/prod.yaml",
                "# password: required, see the vault",
                "# token: none.",
                "# password: hunter2",
                `# postgres://a:${"hunter"}2@db/x`,
                "a: |",
                "  # b",
                "# token: hunter2",
                "broker:",
                "  # sasl: { password: hunter2 }",
            ),
            ["3 password secret-by-key", "4  url-password", "7 token secret-by-key", "9 password secret-by-key"],
        ));

    it("SQL: what is commented out counts, columns and words of prose do not", () =>
        assert.deepEqual(
            found(
                "a.sql",
                "-- old login: password=hunter2",
                "-- password: see the vault",
                "-- ON a.password = b.password",
                "SELECT password -- token=hunter2 of nobody",
            ),
            ["1 password secret-by-key"],
        ));

    it("Dockerfiles: the older form of ENV has no sign between", () =>
        assert.deepEqual(
            found("Dockerfile", "FROM a", "ENV AWS_SECRET_ACCESS_KEY hunter2", "ENV TZ UTC", "ENV PW $PW"),
            ["2 AWS_SECRET_ACCESS_KEY aws-secret-key"],
        ));

    it("Terraform: a block of one line is read as one of several", () =>
        assert.deepEqual(
            found(
                "main.tf",
                'variable "db_password" { default = "hunter2" }',
                'resource "a" "b" {',
                '  tags = { owner = "data", bootstrap_token = "hunter2" }',
                "}",
                'variable "db_token" { description = "of the database" }',
                'locals { db_password = "${var.db_password}" }',
            ),
            ["1 variable.db_password.default secret-by-key", "3 resource.a.b.tags.bootstrap_token secret-by-key"],
        ));

    it("YAML: a line of a text that begins with # is told with the text alone", () =>
        assert.deepEqual(found("a.yaml", "a: |", "  # password: hunter2"), ["2 a secret-by-key"]));

    it("YAML: each secret of a text has its own line, what is encoded there has that of the text", () =>
        assert.deepEqual(
            found(
                "a.yaml",
                "data:",
                "  run: |",
                "    cd hunter2",
                "    curl -u a:hunter2 https://a.example.com",
                "    curl -u a:hunter3 https://a.example.com",
                "  folded: >-",
                "    -Da.b=c",
                "    -Ddb.password=hunter2",
                "  content: |",
                `    ${Buffer.from("user=a\npassword=hunter2\n").toString("base64")}`,
                "  end: 1",
            ),
            [
                "4 data.run command-line",
                "5 data.run command-line",
                "8 data.folded command-line",
                "9 data.content secret-by-key",
            ],
        ));

    it("YAML: an argument is what the option before it says", () =>
        assert.deepEqual(found("a.yaml", "args: [serve, --db-password, hunter2, --token-file, /a/b]"), [
            "1 args[--db-password] secret-by-key",
        ]));

    it("SQL: settings, and quotes that are written twice", () =>
        assert.deepEqual(
            found(
                "a.sql",
                "SET s3_secret_access_key='hunter2';",
                "SET SESSION password_encryption = 'scram-sha-256';",
                "CREATE TABLE t (a INT) WITH ('jaas' = 'org.x.ScramLoginModule required password=''hunter2'';');",
            ),
            ["1 s3_secret_access_key aws-secret-key", "3 jaas sasl-jaas"],
        ));

    it("JAAS: users of the broker's own module are secrets as its password is, and of no other section", () =>
        assert.deepEqual(
            found(
                "jaas.conf",
                "KafkaServer {",
                "  org.x.PlainLoginModule required",
                '  username="a"',
                '  user_flink="hunter2";',
                "};",
                "user_flink=a",
            ),
            ["4 jaas.user_flink secret-by-key"],
        ));

    it("properties: a space may stand between key and value", () =>
        assert.deepEqual(
            found("a.conf", "spark.hadoop.fs.s3a.secret.key   hunter2", "requirepass ${PW}", "auth_basic off"),
            ["1 spark.hadoop.fs.s3a.secret.key aws-secret-key"],
        ));

    it("Terraform: by blocks, and texts alone", () =>
        assert.deepEqual(
            found(
                "main.tf",
                'variable "db_password" {',
                '  default = "hunter2"',
                "}",
                'resource "aws_db_instance" "a" {',
                "  password = var.db_password",
                '  master_password = "hunter2"',
                "  user_data = <<EOF",
                "export TOKEN=hunter2",
                "EOF",
                '  default = "hunter2"',
                "}",
            ),
            [
                "2 variable.db_password.default secret-by-key",
                "6 resource.aws_db_instance.a.master_password secret-by-key",
                "8 resource.aws_db_instance.a.TOKEN secret-by-key",
            ],
        ));

    it("XML: elements, attributes, and properties of a name and a value", () =>
        assert.deepEqual(
            found(
                "conf/core-site.xml",
                "<configuration>",
                "  <property>",
                "    <name>fs.s3a.secret.key</name>",
                "    <value>hunter2</value>",
                "  </property>",
                "  <property><name>fs.s3a.path.style.access</name><value>true</value></property>",
                '  <server user="a" password="hunter2"/>',
                '  <property name="db.password" value="hunter2"/>',
                "  <password>${env.PW}</password>",
                "  <passphrase>hunter2</passphrase>",
                "</configuration>",
            ),
            [
                "4 fs.s3a.secret.key aws-secret-key",
                "7 password secret-by-key",
                "8 db.password secret-by-key",
                "10 passphrase secret-by-key",
            ],
        ));
});
