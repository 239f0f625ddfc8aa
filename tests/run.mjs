// Runs the suites one after another and prints the time of each: `npm test`, or `npm test -- unit engine` for some.
//   unit      pure functions, fakes, Pulumi mocks; no JVM, no engine
//   engine    the real Pulumi engine on a file backend; real processes of one layer
//   embedded  the whole pipeline: a platform of its own in a temporary data directory, deployed by the CLI
//   sample    one of the variants, by TIDEGATE_TEST_SEED (the day, where it is not set)
//   variants  the whole pipeline with each of the other choices of the environment file; only where it is named
import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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
const suites = {
    unit: { specs: files.filter((file) => !/\.(engine|embedded)\.test\.ts$/.test(file)) },
    engine: { specs: files.filter((file) => file.endsWith(".engine.test.ts")) },
    embedded: { specs: embedded, host, variables: { TIDEGATE_TEST_DEPLOY: "1" } },
    sample: { specs: variants, host, variables: { TIDEGATE_TEST_SAMPLE: seed } },
    variants: { specs: variants, host, named: true },
};

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
for (const name of wanted) {
    if (!(name in suites)) {
        console.error(`There is no suite '${name}': there are ${Object.keys(suites).join(", ")}.`);
        process.exit(2);
    }
}

let child;
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
        interrupted = true;
        // A terminal's Ctrl-C reaches the suite by itself.
        if (signal !== "SIGINT" || !process.stdin.isTTY) child?.kill(signal);
    });

/** Answers with the exit code, after the suite has taken away what it deployed. */
function run(suite, stats) {
    const mocha = [
        join(root, "node_modules/mocha/bin/mocha.js"),
        "--reporter",
        "tests/_helpers/reporter.cjs",
        ...(suite === suites.unit ? [] : ["--timeout", "600000"]),
        ...suite.specs,
    ];
    const args = suite.host === undefined ? mocha : [...suite.host, process.execPath, ...mocha];
    const env = { ...process.env, ...suite.variables, TIDEGATE_TEST_STATS: stats };
    child = spawn(process.execPath, args, { cwd: root, stdio: "inherit", env });
    return new Promise((resolve) => {
        child.on("error", () => resolve(1));
        child.on("exit", (code) => resolve(code ?? 1));
    });
}

const scratch = mkdtempSync(join(tmpdir(), "tidegate-test-"));
const totals = { passes: 0, failures: 0, pending: 0 };
const lines = [];
try {
    for (const [name, suite] of Object.entries(suites)) {
        if (wanted.length > 0 ? !wanted.includes(name) : suite.named) continue;
        if (interrupted) break;
        const which = name === "sample" ? `, TIDEGATE_TEST_SEED=${seed}` : "";
        console.log(`\n=== ${name}: ${suite.specs.length} files${which}`);
        const stats = join(scratch, `${name}.json`);
        const begun = Date.now();
        const code = await run(suite, stats);
        const seconds = ((Date.now() - begun) / 1000).toFixed(1);
        let result;
        try {
            result = JSON.parse(readFileSync(stats, "utf8"));
        } catch {
            // Mocha ended before it ran: the whole suite counts as one failure.
            result = { passes: 0, failures: 1, pending: 0 };
        }
        if (code !== 0 && result.failures === 0) result.failures = 1;
        if (result.passes + result.failures === 0) result.failures = 1;
        totals.passes += result.passes;
        totals.failures += result.failures;
        totals.pending += result.pending;
        lines.push(
            `${name.padEnd(9)} ${String(result.passes).padStart(4)} passed ${String(result.failures).padStart(3)} failed ${String(result.pending).padStart(3)} skipped  ${seconds.padStart(7)} s`,
        );
    }
} finally {
    rmSync(scratch, { recursive: true, force: true });
}
console.log(`\n=== suites\n${lines.join("\n")}\n`);
if (interrupted) console.log("Interrupted: the other suites did not run.");
console.log(
    `${totals.passes} passed, ${totals.failures} failed${totals.pending > 0 ? `, ${totals.pending} skipped` : ""}`,
);
process.exit(interrupted ? 130 : totals.failures > 0 ? 1 : 0);
