// Runs the suites and prints the time of each: `npm test`, or `npm test -- unit engine` for some. Tests of platforms wait
// half of their time, so two lanes of suites run side by side; what the second prints is held back until the first is done.
//   unit      pure functions, fakes, Pulumi mocks; no JVM, no engine
//   engine    the real Pulumi engine on a file backend; real processes of one layer
//   rehearsal environments of clouds, by `tidegate rehearse`: the real program and the real engine, with simulated providers
//   kubernetes what components make for a cluster, and the gates of its jobs, on a real API server; builds that first where it has to
//   graphs    the graphs of docs/examples: ordinary Pulumi projects, on the real engine
//   driver    crashes, budgets, policies, drift, a ledger in a bucket: on the real engine, with resources in a simulated cloud
//   embedded  the whole pipeline: a platform of its own in a temporary data directory, deployed by the CLI
//   sample    one of the variants, by TIDEGATE_TEST_SEED (the day, where it is not set)
//   variants  the whole pipeline with each of the other choices of the environment file; only where it is named
import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const files = globSync("tests/**/*.test.ts", { cwd: root }).sort();
const dayMs = 24 * 60 * 60 * 1000;
const seed = process.env.TIDEGATE_TEST_SEED ?? String(Math.floor(Date.now() / dayMs));

/** In one platform: first what its first `up` left, then what works beside it, then what changes or breaks it. */
const rank = (file) => {
    const order = ["up", "surface", "", "engines", "hands", "gates", "again", "down"];
    const name = /^tests\/embedded\/(\w+)\./.exec(file)?.[1] ?? "";
    return order.indexOf(name);
};
const embedded = files.filter((file) => file.endsWith(".embedded.test.ts")).sort((a, b) => rank(a) - rank(b));
const variants = ["tests/proofs/variants.proof.ts"];
const host = ["--require", "./automation/toolchain/loader.cjs", "tests/_helpers/platformHost.ts"];
const isRehearsal = (file) => file.startsWith("tests/rehearsal/");
const suites = {
    unit: { specs: files.filter((file) => !/\.(engine|kubernetes|graphs|driver|embedded)\.test\.ts$/.test(file)) },
    engine: { specs: files.filter((file) => file.endsWith(".engine.test.ts") && !isRehearsal(file)) },
    rehearsal: { specs: files.filter((file) => file.endsWith(".engine.test.ts") && isRehearsal(file)) },
    kubernetes: {
        specs: files.filter((file) => file.endsWith(".kubernetes.test.ts")),
        prepare: "tests/_helpers/apiServerTools.ts",
    },
    graphs: { specs: files.filter((file) => file.endsWith(".graphs.test.ts")) },
    driver: { specs: files.filter((file) => file.endsWith(".driver.test.ts")) },
    embedded: { specs: embedded, host, variables: { TIDEGATE_TEST_DEPLOY: "1" } },
    sample: { specs: variants, host, variables: { TIDEGATE_TEST_SAMPLE: seed } },
    variants: { specs: variants, host, named: true },
};

/** In which order the two lanes take them, the long ones first. */
const queue = ["engine", "embedded", "rehearsal", "kubernetes", "graphs", "driver", "sample", "variants", "unit"];

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
for (const name of wanted) {
    if (!(name in suites)) {
        console.error(`There is no suite '${name}': there are ${Object.keys(suites).join(", ")}.`);
        process.exit(2);
    }
}

const drainMs = 5_000;
const children = new Set();
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
        interrupted = true;
        // A terminal's Ctrl-C reaches the suite by itself.
        if (signal !== "SIGINT" || !process.stdin.isTTY) for (const child of children) child.kill(signal);
    });

/** A stream of text that is held back until it is opened. */
class Output {
    #held = [];
    #open = false;

    write(text) {
        if (this.#open) process.stdout.write(text);
        else this.#held.push(text);
    }

    open() {
        this.#open = true;
        for (const text of this.#held.splice(0)) process.stdout.write(text);
    }
}

/** Answers with the exit code, after the suite has taken away what it deployed. */
async function run(suite, stats, output) {
    if (suite.prepare !== undefined) {
        const code = await start(
            ["--require", "./automation/toolchain/loader.cjs", suite.prepare],
            process.env,
            output,
            true,
        );
        if (code !== 0) return code;
    }
    const mocha = [
        join(root, "node_modules/mocha/bin/mocha.js"),
        "--reporter",
        "tests/_helpers/reporter.cjs",
        ...(suite === suites.unit ? [] : ["--timeout", "600000"]),
        ...suite.specs,
    ];
    const args = suite.host === undefined ? mocha : [...suite.host, process.execPath, ...mocha];
    const env = { ...process.env, ...suite.variables, TIDEGATE_TEST_STATS: stats };
    return start(args, env, output);
}

/** `nice`: a build, which the other lane's tests come before. */
function start(args, env, output, nice = false) {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env });
    if (nice && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    children.add(child);
    for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (text) => output.write(text));
    return new Promise((resolve) => {
        child.on("error", () => resolve(1));
        child.on("close", (code) => resolve(code ?? 1));
        // What a test has left running must not hold the run up by the pipe that it inherited.
        child.on("exit", (code) => setTimeout(() => resolve(code ?? 1), drainMs).unref());
    }).finally(() => children.delete(child));
}

const scratch = mkdtempSync(join(tmpdir(), "tidegate-test-"));
const totals = { passes: 0, failures: 0, pending: 0 };
const lines = new Map();
const failed = [];
const slow = [];

/** The next suite of the queue, as long as there is one. */
async function runLane(names, output) {
    for (let name = names.shift(); name !== undefined && !interrupted; name = names.shift()) {
        const suite = suites[name];
        const which = name === "sample" ? `, TIDEGATE_TEST_SEED=${seed}` : "";
        output.write(`\n=== ${name}: ${suite.specs.length} files${which}\n`);
        const stats = join(scratch, `${name}.json`);
        const begun = Date.now();
        const code = await run(suite, stats, output);
        const seconds = ((Date.now() - begun) / 1000).toFixed(1);
        let result;
        try {
            result = JSON.parse(readFileSync(stats, "utf8"));
        } catch {
            // Mocha ended before it ran: the whole suite counts as one failure.
            const error = `mocha ended with ${code} before it ran a test`;
            result = { passes: 0, failures: 1, pending: 0, failed: [{ title: "(none)", seconds: 0, error }], slow: [] };
        }
        if (code !== 0 && result.failures === 0) result.failures = 1;
        if (result.passes + result.failures === 0) result.failures = 1;
        totals.passes += result.passes;
        totals.failures += result.failures;
        totals.pending += result.pending;
        for (const { title, seconds, error } of result.failed)
            failed.push(`${name}, after ${seconds} s: ${title}\n${error.replace(/^/gm, "    ")}`);
        for (const { title, ms } of result.slow) slow.push({ ms, line: `${name.padEnd(10)} ${title}` });
        lines.set(
            name,
            `${name.padEnd(10)} ${String(result.passes).padStart(4)} passed ${String(result.failures).padStart(3)} failed ${String(result.pending).padStart(3)} skipped  ${seconds.padStart(7)} s`,
        );
    }
}

const chosen = (name) => (wanted.length > 0 ? wanted.includes(name) : !suites[name].named);
const begun = Date.now();
try {
    const names = queue.filter(chosen);
    if (names.length > 1) console.log(`Two suites at a time of ${names.join(", ")}; what the second prints follows.`);
    const running = Array.from({ length: Math.min(2, names.length) }, () => {
        const output = new Output();
        return { output, done: runLane(names, output) };
    });
    for (const { output, done } of running) {
        output.open();
        await done;
    }
} finally {
    rmSync(scratch, { recursive: true, force: true });
}
const report = Object.keys(suites).flatMap((name) => lines.get(name) ?? []);
const seconds = ((Date.now() - begun) / 1000).toFixed(1);
slow.sort((a, b) => b.ms - a.ms);
const longest = slow.slice(0, 12).map(({ ms, line }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${line}`);
console.log(`\n=== longest\n${longest.join("\n")}`);
if (failed.length > 0) console.log(`\n=== failed\n${failed.join("\n\n")}`);
console.log(`\n=== suites, in ${seconds} s\n${report.join("\n")}\n`);
if (interrupted) console.log("Interrupted: the other suites did not run.");
console.log(
    `${totals.passes} passed, ${totals.failures} failed${totals.pending > 0 ? `, ${totals.pending} skipped` : ""}`,
);
process.exit(interrupted ? 130 : totals.failures > 0 ? 1 : 0);
