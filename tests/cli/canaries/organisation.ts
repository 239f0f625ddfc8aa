/**
 * One organisation's graph whose program, provider, hooks, gates, exercise and module print every secret that they get, in
 * every spelling that they can think of. `FAIL` names who of them fails as well.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatePrivateKey } from "sshpk";
import { cacheRoot } from "../../../automation/toolchain/bootstrap.mjs";
import { Canaries } from "../../_helpers/canaries";
import { Example } from "../../_helpers/example";
import { until } from "../../components/support";
import { victimKinds, victims } from "../../proofs/crash/victims";
import { outcomeOf, type Outcome } from "../../_helpers/checkout";

/** Each has what other spellings change: a quote, a slash, a plus, a space. Those of addresses have nothing of it. */
const secrets = {
    passphrase: 'cnry pass"/+61f0c2',
    configuration: 'cnry conf"/+92be17',
    output: 'cnry out"/+7d3548',
    line: "cnrylineMIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
    resource: 'cnry res"/+05ab9e',
    generated: 'cnry gen"/+e17c30',
    variable: 'cnry var"/+3b90d4',
    accessKey: "cnryaws/+3b90d4wJalrXUtnFEMI/K7MDENGbPxR",
    address: "cnryaddr8e21b6",
    webhook: "cnryhook4f7a90KLMNOPQRST",
    signing: 'cnry sign"/+c94e1d',
} as const;

const leak = `
const { readFileSync } = require("node:fs");
// Nobody can know what is secret among what a program makes before it has made it once.
const early = ["passphrase", "variable", "accessKey", "address", "signing"];
const secrets = Object.entries(JSON.parse(readFileSync(process.env.CANARIES, "utf8")))
    .filter(([name]) => name !== "webhook" && (process.env.FIRST === undefined || early.includes(name)))
    .map(([, secret]) => secret);
const variables = Object.entries(process.env).filter(([, value]) => value.includes("cnry"));
const outputs = process.env.TIDEGATE_OUTPUTS ? readFileSync(process.env.TIDEGATE_OUTPUTS, "utf8") : "";
const spelled = (text) => [
    text,
    JSON.stringify({ text }),
    "https://example.org/?q=" + encodeURIComponent(text),
    Buffer.from(text).toString("base64"),
    Buffer.from("user:" + text).toString("base64"),
    Buffer.from("me:" + text).toString("base64url"),
    Buffer.from(text).toString("hex"),
];
exports.texts = () => [
    variables.map(([name, value]) => name + "=" + value).join(" "),
    outputs,
    secrets.flatMap(spelled).join(" "),
];
if (require.main === module) {
    for (const text of exports.texts()) console.log(text);
    for (const text of exports.texts()) console.error(text);
    if (process.env.FAIL === process.argv[2]) process.exit(1);
}
`;

const login = `
const pulumi = require("@pulumi/pulumi");

const provider = {
    async check(olds, news) {
        const failures = process.env.FAIL === "check" ? [{ property: "password", reason: "too weak: " + news.password }] : [];
        return { inputs: news, failures };
    },
    async create({ files, password, size }) {
        const { randomBytes } = require("node:crypto");
        const id = "login-" + randomBytes(4).toString("hex");
        const path = require("node:path").join(files, id);
        require("node:fs").writeFileSync(path, String(size));
        const generated = JSON.parse(require("node:fs").readFileSync(process.env.CANARIES, "utf8")).generated;
        return { id, outs: { files, password, size, path, generated } };
    },
    async diff(id, { size }, news) {
        return { changes: size !== news.size };
    },
    async update(id, olds, news) {
        const { existsSync, writeFileSync } = require("node:fs");
        const { password, key, generated } = { ...olds, ...news };
        if (process.env.FAIL === "provider")
            throw new Error("FATAL: no login with " + [password, key, generated].flatMap((one) => [one, encodeURIComponent(one), Buffer.from("u:" + one).toString("base64")]).join(" "));
        if (existsSync(process.env.HOLD)) writeFileSync(process.env.HOLD + "-reached", "");
        while (existsSync(process.env.HOLD)) await new Promise((resolve) => setTimeout(resolve, 50));
        writeFileSync(olds.path, String(news.size));
        return { outs: { ...olds, ...news } };
    },
    async read(id, props) {
        if (process.env.FAIL === "read") throw new Error("no login with " + props.password + " " + props.generated);
        if (!require("node:fs").existsSync(props.path)) return { id: undefined, props: undefined };
        return { id, props };
    },
    async delete(id, { path }) {
        require("node:fs").rmSync(path, { force: true });
    },
};

class Login extends pulumi.dynamic.Resource {
    constructor(name, inputs) {
        super(provider, name, { ...inputs, path: undefined, generated: undefined }, { additionalSecretOutputs: ["password", "key", "generated"] });
    }
}
module.exports = { Login };
`;

const program = `
const pulumi = require("@pulumi/pulumi");
const { readFileSync } = require("node:fs");
const { Login } = require("./login");

const given = JSON.parse(readFileSync(process.env.CANARIES, "utf8"));
const key = new pulumi.Config().require("key");
pulumi.log.warn("the key is " + key + " or " + Buffer.from("u:" + key).toString("base64"));
console.error("stderr " + key);
const inputs = { files: process.env.FILES, size: Number(process.env.SIZE ?? "1") };
const login = new Login("login", { ...inputs, key: pulumi.secret(key), password: pulumi.secret(given.resource) });
const pem = ["-----BEGIN PRIVATE KEY-----", given.line, "-----END PRIVATE KEY-----", ""].join("\\n");
exports.login = { user: "me", nested: pulumi.secret({ password: given.output, list: [pem] }) };
exports.header = pulumi.secret("Bearer " + key);
exports.size = login.size;
if (process.env.FAIL === "program") {
    for (const text of require("../leak").texts()) console.error(text);
    throw new Error("bad " + require("../leak").texts().join("\\n"));
}
`;

const module_ = `
const { pass } = require("tidegate");
const { texts } = require("./leak");
exports.module = {
    open: () =>
        Promise.resolve({
            checks: {
                "module-tells": {
                    title: "the module tells",
                    run: ({ outputs }) => {
                        const login = JSON.stringify(outputs.get("app")?.login);
                        const evidence = { login, [login]: 1 };
                        if (process.env.FAIL === "gate") throw new Error(texts().join("\\n"));
                        return Promise.resolve(pass(texts().join(" "), evidence));
                    },
                },
            },
            exercises: {
                "exercise-tells": ({ progress }) => {
                    for (const text of texts()) progress.note(text);
                    return Promise.resolve(texts().join(" "));
                },
            },
        }),
};
`;

const graph = `
module: ./module.js
name: organisation
stack: "{environment}"
inputs: { variables: [FAIL, SIZE] }
environments:
  dev: { backend: "file://state" }
  prod: { backend: "file://state" }
  away: {}
releases: { allowedSigners: allowed_signers }
promotion: { dev: {}, prod: { from: [dev] } }
stacks:
  app:
    project: app
    hooks:
      beforePreview: [{ name: before-preview, run: node ../leak.js hook, blocking: false }]
      afterPreview: [{ name: after-preview, run: node ../leak.js hook, blocking: false }]
      beforeUp: [{ name: before-up, run: node ../leak.js hook, blocking: false }]
      afterUp: [{ name: after-up, run: node ../leak.js hook, blocking: false }]
      onFailure: [{ name: page, run: 'node ../leak.js hook; echo "posting to $WEBHOOK_URL as $REPORT_URL"; exit 1', blocking: false }]
    gates:
      preflight: [{ name: preflight-tells, run: node ../leak.js preflight }]
      validation: [{ check: module-tells }, { name: gate-tells, run: node ../leak.js gate }]
    exercises: [exercise-tells, { name: tells, run: node ../leak.js exercise }]
`;

export class Organisation {
    readonly canaries = new Canaries(secrets);
    private constructor(private readonly example: Example) {}

    static async create(): Promise<Organisation> {
        const example = Example.create("release");
        const organisation = new Organisation(example);
        for (const folder of ["app", "given", "files", "home", "tmp"])
            mkdirSync(folder === "app" ? join(example.directory, folder) : join(organisation.base, folder));
        example.write("leak.js", leak);
        example.write("module.js", module_);
        example.write("tidegate.yaml", graph);
        example.write("app/Pulumi.yaml", "name: app\nruntime: nodejs\n");
        example.write("app/package.json", "{}\n");
        example.write("app/index.js", program);
        example.write("app/login.js", login);
        const pair = generatePrivateKey("ed25519");
        example.write("allowed_signers", `ci ${pair.toPublic().toString("ssh")}\n`);
        const { signing, configuration } = secrets;
        organisation.give("key", pair.toString("openssh", { passphrase: signing }));
        organisation.give("canaries.json", JSON.stringify(secrets));
        organisation.give("configuration", configuration);
        const set = [
            `export PULUMI_BACKEND_URL=file://${join(organisation.base, "setup")}`,
            "mkdir -p ../setup && cd app && pulumi stack init organization/app/dev --no-select",
            'pulumi config set --secret key -s organization/app/dev < "$GIVEN/configuration"',
            "cp Pulumi.dev.yaml Pulumi.prod.yaml",
        ];
        const { code, stderr } = await organisation.run(["exec", "--", "sh", "-ec", set.join("\n")]);
        if (code !== 0) throw new Error(stderr);
        return organisation;
    }

    /** Holds all that anybody writes. */
    get base(): string {
        return join(this.example.directory, "..");
    }

    get directory(): string {
        return this.example.directory;
    }

    /** While it is there, the provider's update stands still. */
    get hold(): string {
        return join(this.base, "hold");
    }

    get variables(): Record<string, string> {
        const { passphrase, variable, accessKey, address, webhook, signing } = secrets;
        return {
            CANARIES: join(this.base, "given", "canaries.json"),
            GIVEN: join(this.base, "given"),
            FILES: join(this.base, "files"),
            HOLD: this.hold,
            HOME: join(this.base, "home"),
            TMPDIR: join(this.base, "tmp"),
            TIDEGATE_CACHE: cacheRoot(),
            TIDEGATE_SIGNING_KEY: join(this.base, "given", "key"),
            TIDEGATE_SIGNING_PASSPHRASE: signing,
            PULUMI_CONFIG_PASSPHRASE: passphrase,
            DATABASE_PASSWORD: variable,
            AWS_SECRET_ACCESS_KEY: accessKey,
            DATABASE_URL: `postgres://app:${address}@127.0.0.1:1/app`,
            REPORT_URL: `https://bot:${address}@reports.example/x`,
            // In parts: the scan of this repository knows its form.
            WEBHOOK_URL: ["https://hooks.slack.com/services", "T024BE91L", "B024BE91M", webhook].join("/"),
        };
    }

    private give(name: string, text: string): void {
        writeFileSync(join(this.base, "given", name), text, { mode: 0o600 });
    }

    run(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Outcome> {
        return this.example.run(args, { ...this.variables, ...more });
    }

    /** Another program, of the same resources. */
    change(): void {
        this.example.edit("app/index.js", 'user: "me"', 'user: "you"');
    }

    /** Starts a command, and kills driver, worker and engine once it has come to some point. */
    async killed(
        args: readonly string[],
        reached: () => boolean,
        more: Readonly<Record<string, string>> = {},
    ): Promise<void> {
        const child = this.example.start(args, { ...this.variables, ...more });
        const ended = outcomeOf(child);
        const driver = child.pid ?? assert.fail("it has no pid");
        await until("it comes there, or ends", () => reached() || child.exitCode !== null, 120);
        if (!reached()) assert.fail(JSON.stringify(await ended));
        const all = await Promise.all(victimKinds.map((kind) => victims(driver, kind)));
        // The driver last: its worker would begin to end its engine in order.
        for (const pid of all.flat().toReversed()) process.kill(pid, "SIGKILL");
        assert.equal((await ended).code, null);
    }

    /** What is written anywhere but where the secrets were put. */
    leaks(): string[] {
        const given = join(this.base, "given");
        const modules = join(this.base, "node_modules");
        return this.canaries.inFiles(this.base, (path) => path === given || path === modules);
    }

    remove(): void {
        this.example.remove();
    }
}
