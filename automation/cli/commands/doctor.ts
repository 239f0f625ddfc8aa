/** `doctor`: what is there, what is missing, and what would be done about it. */
import type { Command } from "commander";
import pc from "picocolors";
import { exitCodes } from "../../core/errors";
import { ensureTools, inspectTools } from "../../toolchain";
import { printJson, say, table } from "../output";
import { stderrProgress } from "../progress";

export function doctorCommand(program: Command): void {
    program
        .command("doctor")
        .description("say which tools are there, which are missing, and what a start does about them")
        .option("--fix", "fetch what is missing now")
        .option("--json", "as JSON")
        .action(async (options: { fix?: true; json?: true }) => {
            if (options.fix) {
                const progress = stderrProgress();
                try {
                    await ensureTools(progress);
                } finally {
                    progress.close();
                }
            }
            const reports = await inspectTools();
            const missing = reports.filter((report) => report.state === "missing");
            if (options.json) printJson({ ready: missing.length === 0, tools: reports });
            else {
                const rows = reports.map((report) =>
                    report.state === "ready"
                        ? [pc.green("✓"), report.tool, report.version, pc.dim(report.where)]
                        : [
                              pc.yellow("–"),
                              report.tool,
                              "missing",
                              `${report.reason ? `${report.reason}; ` : ""}to do: ${report.plan}`,
                          ],
                );
                say(table(rows));
                say(
                    missing.length === 0
                        ? "Everything is there: a start fetches nothing."
                        : `${missing.length} missing: \`npm start\` fetches them, or \`npx tidegate doctor --fix\` now.`,
                );
            }
            if (missing.length > 0) process.exitCode = exitCodes.toolchain;
        });
}
