/**
 * How fast rehearsals are: the whole life of `prod`; N resources through the real engine and a simulated provider; and the
 * environments of many tenants beside each other. Prints JSON.
 *
 *     npx tidegate exec -- npm run ts -- bench/rehearsal.ts --resources 1000 --tenants 50 --parallel 2 [--only prod,rate,tenants]
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pLimit from "p-limit";
import { stringify } from "yaml";
import { repositoryRoot } from "../automation/core/repository";
import { rehearsalVariable, stripCredentials, writeRehearsal } from "../automation/rehearsal/place";
import { outcomeOf } from "../tests/_helpers/checkout";
import { cpuSecondsOf } from "../tests/rehearsal/matrix/cpu";
import { Place, resultOf } from "../tests/rehearsal/run";

const round = (value: number): number => Math.round(value * 10) / 10;

async function timed<T>(work: () => Promise<T>) {
    const begun = performance.now();
    const cpu = cpuSecondsOf();
    const result = await work();
    return { result, seconds: round((performance.now() - begun) / 1000), cpuSeconds: round(cpuSecondsOf() - cpu) };
}

/** One environment, played from its creation to its end. */
async function life(file: string) {
    const place = new Place(file);
    try {
        const outcome = await place.rehearse(["--json"]);
        const { ok, phases, forecast } = resultOf(outcome);
        const resources = forecast?.stacks.reduce((sum, stack) => sum + stack.resources, 0) ?? 0;
        const seconds = Object.fromEntries(phases.map((one) => [one.phase, round(one.seconds)]));
        return { ok, resources, forecastSeconds: forecast?.seconds ?? 0, phases: seconds };
    } finally {
        place.remove();
    }
}

const production = () => timed(() => life(join(repositoryRoot, "stacks", "prod.yaml")));

/** `pulumi up` of a program that makes so many resources that wait for nothing. */
async function rate(count: number) {
    const directory = mkdtempSync(join(tmpdir(), "tidegate-bench-"));
    try {
        const rehearsal = join(directory, "rehearsal");
        const program = join(directory, "program");
        writeRehearsal(rehearsal, { environment: "bench" });
        for (const folder of [program, join(directory, "state"), join(rehearsal, "cloud")])
            mkdirSync(folder, { recursive: true });
        symlinkSync(join(repositoryRoot, "node_modules"), join(directory, "node_modules"));
        const provider = { name: "aws", path: join(repositoryRoot, "automation", "rehearsal", "provider") };
        writeFileSync(
            join(program, "Pulumi.yaml"),
            stringify({
                name: "bench",
                runtime: { name: "nodejs", options: { typescript: false } },
                plugins: { providers: [provider] },
            }),
        );
        writeFileSync(join(program, "package.json"), JSON.stringify({ main: "index.js" }));
        writeFileSync(
            join(program, "index.js"),
            `const { LogGroup } = require("@pulumi/aws/cloudwatch");
const provider = new (require("@pulumi/aws/provider").Provider)("aws", { region: "eu-west-1" });
for (let i = 0; i < ${count}; i++) new LogGroup("group" + i, { name: "/bench/" + i, retentionInDays: 90 }, { provider });
`,
        );
        const variables: NodeJS.ProcessEnv = {
            ...process.env,
            [rehearsalVariable]: rehearsal,
            PULUMI_CONFIG_PASSPHRASE: "bench",
            PULUMI_SKIP_UPDATE_CHECK: "true",
        };
        stripCredentials(variables);
        Object.assign(variables, {
            PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
            PULUMI_CONFIG_PASSPHRASE: "bench",
            PULUMI_HOME: join(directory, "home"),
        });
        const pulumi = async (...args: string[]): Promise<void> => {
            const child = spawn("pulumi", [...args, "--non-interactive"], { cwd: program, env: variables });
            const { code, stdout, stderr } = await outcomeOf(child);
            if (code !== 0) throw new Error(`pulumi ${args.join(" ")}:\n${stdout}${stderr}`);
        };
        await pulumi("stack", "init", "bench");
        const up = ["up", "--yes", "--skip-preview", "--stack", "bench"];
        const create = await timed(() => pulumi(...up));
        const again = await timed(() => pulumi(...up, "--refresh"));
        const destroy = await timed(() => pulumi("destroy", "--yes", "--skip-preview", "--stack", "bench"));
        return Object.fromEntries(
            Object.entries({ create, again, destroy }).map(([name, { seconds, cpuSeconds }]) => [
                name,
                { seconds, cpuSeconds, perSecond: round(count / seconds) },
            ]),
        );
    } finally {
        rmSync(directory, { recursive: true, force: true });
    }
}

/** Small ones: a storage of their own, brokers and a catalog of somebody else's. */
async function tenants(count: number, parallel: number) {
    const folder = mkdtempSync(join(tmpdir(), "tidegate-tenants-"));
    const limit = pLimit(parallel);
    try {
        const files = Array.from({ length: count }, (_, index) => {
            const name = `tenant${String(index + 1).padStart(2, "0")}`;
            const file = join(folder, `${name}.yaml`);
            const environment = {
                name,
                aws: { accountId: "123456789012", region: "eu-west-1" },
                tags: { team: name },
                storage: { profile: "s3" },
                broker: {
                    profile: "external",
                    bootstrapServers: "kafka.example.com:9094",
                    saslMechanism: "SCRAM-SHA-512",
                    secretRef: `aws-sm://${name}/kafka`,
                },
                catalog: { profile: "external", uri: "https://catalog.example.com/catalog", warehouse: name },
            };
            writeFileSync(file, stringify(environment));
            return file;
        });
        const { result, seconds, cpuSeconds } = await timed(() =>
            Promise.all(files.map((file) => limit(() => timed(() => life(file))))),
        );
        const each = result.map((one) => one.seconds).sort((one, other) => one - other);
        return {
            tenants: count,
            parallel,
            green: result.filter((one) => one.result.ok).length,
            resources: result.reduce((sum, one) => sum + one.result.resources, 0),
            seconds,
            cpuSeconds,
            cpuSecondsEach: round(cpuSeconds / count),
            secondsEach: { median: each[Math.floor(each.length / 2)], longest: each.at(-1) },
        };
    } finally {
        rmSync(folder, { recursive: true });
    }
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            resources: { type: "string", default: "1000" },
            tenants: { type: "string", default: "50" },
            parallel: { type: "string", default: String(availableParallelism()) },
            only: { type: "string", default: "prod,rate,tenants" },
        },
    });
    const wanted = values.only.split(",");
    const result = {
        cores: availableParallelism(),
        ...(wanted.includes("prod") ? { prod: await production() } : {}),
        ...(wanted.includes("rate")
            ? { rate: { resources: Number(values.resources), ...(await rate(Number(values.resources))) } }
            : {}),
        ...(wanted.includes("tenants")
            ? { tenants: await tenants(Number(values.tenants), Number(values.parallel)) }
            : {}),
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}

void main();
