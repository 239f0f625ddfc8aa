/**
 * Rehearses the example platforms of production and the matrix of tests/rehearsal/matrix, one at a time: create, again, update,
 * drift, heal, release, destroy. `npm run proof:matrix -- [--all] [--only TEXT] [--minutes N] [--json FILE]`: `--all` takes every
 * platform instead of as many as have each pair of choices once, `--only` those with a text in their title, `--minutes` begins
 * none after so many. Prints a line for each and JSON in the end; exits with 1 where one failed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { repositoryRoot } from "../../automation/core/repository";
import { cells, everyCell } from "../rehearsal/matrix/cells";
import { cpuSecondsOf } from "../rehearsal/matrix/cpu";
import { Place, resultSchema } from "../rehearsal/run";

const round = (value: number): number => Math.round(value * 10) / 10;
const productions = ["prod", "prodgcp", "prodazure"];

interface Platform {
    readonly title: string;
    readonly file: string;
}

interface Figure {
    readonly title: string;
    readonly ok: boolean;
    readonly resources: number;
    readonly seconds: number;
    readonly cpuSeconds: number;
    readonly updated: number;
    readonly problem?: string;
}

async function rehearse({ title, file }: Platform): Promise<Figure> {
    const place = new Place(file);
    const begun = performance.now();
    const cpu = cpuSecondsOf();
    const outcome = await place.rehearse(["--json"]);
    const seconds = round((performance.now() - begun) / 1000);
    const cpuSeconds = round(cpuSecondsOf() - cpu);
    const parsed = outcome.stdout.startsWith("{") ? resultSchema.parse(JSON.parse(outcome.stdout)) : undefined;
    const left = place.cloud.all().length;
    const running = place.processes().length;
    const red = parsed?.phases.find(({ ok }) => !ok);
    const problem =
        red !== undefined
            ? `${red.phase}: ${red.problem?.message ?? ""}`
            : parsed === undefined
              ? outcome.stderr
              : left + running > 0
                ? `${left} resources and ${running} processes are left`
                : undefined;
    const ok = outcome.code === 0 && problem === undefined;
    if (ok) place.remove();
    return {
        title,
        ok,
        resources: parsed?.forecast?.stacks.reduce((sum, stack) => sum + stack.resources, 0) ?? 0,
        seconds,
        cpuSeconds,
        updated: parsed?.phases.find(({ phase }) => phase === "update")?.changes["update"] ?? 0,
        ...(ok ? {} : { problem: `${problem ?? `exit code ${outcome.code}`} (${place.directory})` }),
    };
}

const line = ({ title, ok, resources, seconds, cpuSeconds, updated, problem }: Figure): string =>
    [
        ok ? "✓" : "✗",
        title.padEnd(48),
        `${resources} resources`.padStart(14),
        `${updated} updated`.padStart(11),
        `${seconds} s`.padStart(9),
        `${cpuSeconds} s CPU`.padStart(12),
        ...(problem === undefined ? [] : [problem.split("\n")[0]]),
    ].join("  ");

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            all: { type: "boolean", default: false },
            only: { type: "string", default: "" },
            minutes: { type: "string", default: "600" },
            json: { type: "string" },
        },
    });
    const folder = mkdtempSync(join(tmpdir(), "tidegate-matrix-"));
    const platforms: Platform[] = [
        ...productions.map((name) => ({ title: name, file: join(repositoryRoot, "stacks", `${name}.yaml`) })),
        ...(values.all ? everyCell() : cells).map(({ name, title, file }) => {
            const path = join(folder, `${name}.yaml`);
            writeFileSync(path, stringify(file));
            return { title, file: path };
        }),
    ].filter(({ title }) => title.includes(values.only));
    const begun = performance.now();
    const figures: Figure[] = [];
    try {
        for (const platform of platforms) {
            if ((performance.now() - begun) / 60_000 >= Number(values.minutes)) break;
            const figure = await rehearse(platform);
            figures.push(figure);
            process.stdout.write(`${line(figure)}\n`);
        }
    } finally {
        rmSync(folder, { recursive: true });
    }
    const sum = (of: (figure: Figure) => number): number => round(figures.reduce((total, one) => total + of(one), 0));
    const failed = figures.filter(({ ok }) => !ok);
    const result = {
        platforms: platforms.length,
        rehearsed: figures.length,
        failed: failed.length,
        resources: sum(({ resources }) => resources),
        seconds: sum(({ seconds }) => seconds),
        cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
        figures,
    };
    const text = `${JSON.stringify(result, null, 2)}\n`;
    if (values.json !== undefined) writeFileSync(values.json, text);
    process.stdout.write(text);
    process.exit(failed.length > 0 ? 1 : 0);
}

void main();
