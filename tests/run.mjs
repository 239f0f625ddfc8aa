// Runs the suites one after another and prints the time of each: `npm test`, or `npm test -- unit engine` for some.
//   unit      pure functions, fakes, Pulumi mocks; no JVM, no engine
//   engine    the real Pulumi engine on a file backend; real processes of one layer
//   embedded  the whole pipeline: a platform of its own in a temporary data directory, deployed by the CLI
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const files = globSync("tests/**/*.test.ts", { cwd: root }).sort();
const suites = {
    unit: files.filter((file) => !/\.(engine|embedded)\.test\.ts$/.test(file)),
    engine: files.filter((file) => file.endsWith(".engine.test.ts")),
    embedded: files.filter((file) => file.endsWith(".embedded.test.ts")),
};

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
for (const name of wanted) {
    if (!(name in suites)) {
        console.error(`There is no suite '${name}': there are ${Object.keys(suites).join(", ")}.`);
        process.exit(2);
    }
}
const scratch = mkdtempSync(join(tmpdir(), "tidegate-test-"));
const totals = { passes: 0, failures: 0, pending: 0 };
const lines = [];
try {
    for (const [name, specs] of Object.entries(suites)) {
        if (wanted.length > 0 && !wanted.includes(name)) continue;
        console.log(`\n=== ${name}: ${specs.length} files`);
        const stats = join(scratch, `${name}.json`);
        const begun = Date.now();
        const mocha = spawnSync(
            process.execPath,
            [
                join(root, "node_modules/mocha/bin/mocha.js"),
                "--reporter",
                "tests/_helpers/reporter.cjs",
                ...(name === "unit" ? [] : ["--timeout", "600000"]),
                ...specs,
            ],
            { cwd: root, stdio: "inherit", env: { ...process.env, TIDEGATE_TEST_STATS: stats } },
        );
        const seconds = ((Date.now() - begun) / 1000).toFixed(1);
        let result;
        try {
            result = JSON.parse(readFileSync(stats, "utf8"));
        } catch {
            // Mocha ended before it ran: the whole suite counts as one failure.
            result = { passes: 0, failures: 1, pending: 0 };
        }
        if (mocha.status !== 0 && result.failures === 0) result.failures = 1;
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
console.log(
    `${totals.passes} passed, ${totals.failures} failed${totals.pending > 0 ? `, ${totals.pending} skipped` : ""}`,
);
process.exit(totals.failures > 0 ? 1 : 0);
