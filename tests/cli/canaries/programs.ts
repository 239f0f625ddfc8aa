/**
 * One organisation's graph whose program, provider, hooks, gates, exercise and module print every secret that they get, in
 * every spelling that they can think of. `FAIL` names those of them that fail as well; the provider's update and the gate stand
 * still while a file `$HOLD-provider` or `$HOLD-gate` is there.
 */

/** Each has what other spellings change: quotes, a slash, a plus, a space, what stands for something in markup, a letter beyond ASCII. Those of addresses have nothing of it. */
export const secrets = {
    passphrase: 'cnry pass"/+61f0c2',
    configuration: "cnry conf\"/+92be17&<é'!",
    output: "cnry out\"/+7d3548<'(&>é",
    line: "cnrylineMIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
    resource: 'cnry res"/+05ab9e',
    generated: 'cnry gen"/+e17c30',
    variable: "cnry var\"/+3b90d4&'<!é",
    accessKey: "cnryaws/+3b90d4wJalrXUtnFEMI/K7MDENGbPxR",
    address: "cnryaddr8e21b6",
    webhook: "cnryhook4f7a90KLMNOPQRST",
    signing: 'cnry sign"/+c94e1d',
    ignored: "cnryenvXq7Lw2Zt9Rb4Kp",
} as const;

export const leak = `
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
// Nobody can know what is secret among what a program makes before it has made it once.
const early = ["passphrase", "variable", "accessKey", "address", "signing"];
const secrets = Object.entries(JSON.parse(readFileSync(process.env.CANARIES, "utf8")))
    .filter(([name]) => !["webhook", "ignored"].includes(name) && (process.env.FIRST === undefined || early.includes(name)))
    .map(([, secret]) => secret);
const variables = Object.entries(process.env).filter(([, value]) => value.includes("cnry"));
const outputs = process.env.TIDEGATE_OUTPUTS ? readFileSync(process.env.TIDEGATE_OUTPUTS, "utf8") : "";
const unit = (one) => "\\\\u" + one.charCodeAt(0).toString(16).padStart(4, "0");
const spelled = (text) => [
    text,
    JSON.stringify({ text }),
    JSON.stringify({ text }).replace(/[<>&]/g, unit),
    JSON.stringify({ text }).replace(/[^ -~]/g, unit),
    "https://example.org/?q=" + encodeURIComponent(text),
    "https://example.org/?q=" + encodeURIComponent(text).replace(/[!'()*]/g, (one) => "%" + one.charCodeAt(0).toString(16)),
    new URLSearchParams({ text }).toString(),
    text.replace(/[&<>"']/g, (one) => "&#" + one.charCodeAt(0) + ";"),
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
const fails = (who) => (process.env.FAIL ?? "").split(",").includes(who);
exports.fails = fails;
if (require.main === module) {
    for (const text of exports.texts()) console.log(text);
    for (const text of exports.texts()) console.error(text);
    if (fails(process.argv[2])) process.exitCode = 1;
    const hold = process.env.HOLD + "-" + process.argv[2];
    if (existsSync(hold)) writeFileSync(hold + "-reached", "");
    const wait = () => existsSync(hold) && setTimeout(wait, 50);
    wait();
}
`;

export const login = `
const pulumi = require("@pulumi/pulumi");
const fails = (who) => (process.env.FAIL ?? "").split(",").includes(who);

const provider = {
    async check(olds, news) {
        const failures = fails("check") ? [{ property: "password", reason: "too weak: " + news.password }] : [];
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
        if (fails("provider"))
            throw new Error("FATAL: no login with " + [password, key, generated].flatMap((one) => [one, encodeURIComponent(one), Buffer.from("u:" + one).toString("base64")]).join(" "));
        const hold = process.env.HOLD + "-provider";
        if (existsSync(hold)) writeFileSync(hold + "-reached", "");
        while (existsSync(hold)) await new Promise((resolve) => setTimeout(resolve, 50));
        writeFileSync(olds.path, String(news.size));
        return { outs: { ...olds, ...news } };
    },
    async read(id, props) {
        if (fails("read")) throw new Error("no login with " + props.password + " " + props.generated);
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

export const program = `
const pulumi = require("@pulumi/pulumi");
const { readFileSync } = require("node:fs");
const { Login } = require("./login");
const { fails, texts } = require("../leak");

const given = JSON.parse(readFileSync(process.env.CANARIES, "utf8"));
const key = new pulumi.Config().require("key");
pulumi.log.warn("the key is " + key + " or " + Buffer.from("u:" + key).toString("base64"));
console.error("stderr " + key);
const inputs = { files: process.env.FILES, size: Number(process.env.SIZE ?? "1") };
const login = new Login("login", { ...inputs, key: pulumi.secret(key), password: pulumi.secret(given.resource) });
const pem = ["-----BEGIN PRIVATE KEY-----", given.line, "-----END PRIVATE KEY-----", ""].join("\\n");
const user = "me";
exports.login = { user, nested: pulumi.secret({ password: given.output, list: [pem] }) };
exports.header = pulumi.secret("Bearer " + key);
exports.size = login.size;
if (fails("program-of-" + user)) {
    for (const text of texts()) console.error(text);
    throw new Error("bad " + texts().join("\\n"));
}
`;

export const module_ = `
const { pass } = require("tidegate");
const { fails, texts } = require("./leak");
exports.module = {
    open: () =>
        Promise.resolve({
            checks: {
                "module-tells": {
                    title: "the module tells",
                    run: ({ outputs }) => {
                        const login = JSON.stringify(outputs.get("app")?.login);
                        const evidence = { login, [login]: 1 };
                        if (fails("gate")) throw new Error(texts().join("\\n"));
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

export const graph = `
module: ./module.js
name: organisation
stack: "{environment}"
inputs: { variables: [FAIL, SIZE] }
environments:
  dev: { backend: "file://state" }
  prod: { backend: "file://state" }
  away: {}
releases: { allowedSigners: allowed_signers }
promotion: { dev: {}, prod: { from: [dev], onRed: rollback } }
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
