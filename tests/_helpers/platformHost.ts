/**
 * Runs a command whose tests deploy platforms: `npm run ts -- tests/_helpers/platformHost.ts COMMAND…`. With
 * TIDEGATE_TEST_DEPLOY=1 it first deploys the environment `local` from a checkout of its own into a folder of its own,
 * which the command finds by TIDEGATE_TEST_PLATFORM. Afterwards, however the command ended, it takes everything away:
 * also what the tests deployed and did not take away themselves.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { Checkout, checkoutsVariable, outcomeOf } from "./checkout";
import { platformVariable } from "./platform";
import { processesOf } from "./processes";
import { smaller } from "./smaller";

const scratch = mkdtempSync(join(tmpdir(), "tidegate-test-"));
const list = join(scratch, "checkouts");
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const since = (begun: number): string => `${((Date.now() - begun) / 1000).toFixed(1)} s`;

let interrupted: NodeJS.Signals | undefined;
let stopWork: (() => void) | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
        if (interrupted === undefined) say(`platform: ${signal}, taking it down`);
        interrupted ??= signal;
        stopWork?.();
    });

async function deploy(): Promise<string> {
    const begun = Date.now();
    const checkout = Checkout.create(smaller);
    say(`platform: deploying into ${checkout.dataRoot}`);
    const child = checkout.start(["up", "--json"]);
    stopWork = () => child.kill("SIGTERM");
    const { stdout, stderr, code } = await outcomeOf(child);
    if (code !== 0)
        throw new Error(`tidegate up ended with ${code}:\n${stdout.split("\n").slice(-15).join("\n")}${stderr}`);
    const layers = ["storage", "broker", "catalog", "runtime"] as const;
    const shown = await checkout.shell(
        layers.map((layer) => `pulumi stack output --json --show-secrets -s local-${layer}; echo ","`).join("; "),
    );
    if (shown.code !== 0) throw new Error(`The outputs cannot be read:\n${shown.stderr}`);
    const outputs = z.array(z.unknown()).parse(JSON.parse(`[${shown.stdout.trim().replace(/,$/, "")}]`));
    const file = join(scratch, "platform.json");
    const { directory, dataRoot } = checkout;
    const contracts = Object.fromEntries(layers.map((layer, index) => [layer, outputs[index]]));
    writeFileSync(file, JSON.stringify({ ...contracts, checkout: { directory, dataRoot }, up: stdout }), {
        mode: 0o600,
    });
    say(`platform: up in ${since(begun)}`);
    return file;
}

async function run(command: readonly string[], variables: Readonly<Record<string, string>>): Promise<number> {
    const [file = "", ...args] = command;
    const child = spawn(file, args, { stdio: "inherit", env: { ...process.env, ...variables } });
    // Mocha passes SIGINT on to the process in which its tests run, and no other signal.
    stopWork = () => child.kill("SIGINT");
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("exit", (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
    });
}

/** Ends what still works in a checkout, then its platform; false where something is left. */
async function takeAway(base: string): Promise<boolean> {
    const checkout = new Checkout(join(base, "clone"), join(base, "data"));
    const commands = () => processesOf(base).filter(({ command }) => command.includes("tidegate.mjs"));
    for (const { pid } of commands()) process.kill(pid, "SIGTERM");
    for (const limit = Date.now() + 120_000; commands().length > 0 && Date.now() < limit;) await delay(200);
    if (existsSync(checkout.dataDirectory)) {
        const { code, stdout, stderr } = await checkout.run(["down"]);
        if (code !== 0) say(`platform: tidegate down ended with ${code}:\n${stdout}${stderr}`);
    }
    const left = processesOf(base);
    for (const { pid, command } of left) say(`platform: process ${pid} is left of ${base}: ${command.slice(0, 200)}`);
    if (left.length > 0 || existsSync(checkout.dataDirectory)) return false;
    rmSync(base, { recursive: true, force: true });
    return true;
}

async function main(command: readonly string[]): Promise<number> {
    let code = 1;
    try {
        writeFileSync(list, "");
        process.env[checkoutsVariable] = list;
        const shared = process.env.TIDEGATE_TEST_DEPLOY === "1";
        const variables: Record<string, string> = shared ? { [platformVariable]: await deploy() } : {};
        if (interrupted === undefined) code = await run(command, variables);
    } catch (error) {
        say(`platform: ${error instanceof Error ? error.message : String(error)}`);
    }
    stopWork = undefined;
    const begun = Date.now();
    const bases = readFileSync(list, "utf8")
        .split("\n")
        .filter((line) => line !== "");
    const clean: boolean[] = [];
    for (const base of bases) if (existsSync(base)) clean.push(await takeAway(base));
    say(`platform: all taken away in ${since(begun)}`);
    rmSync(scratch, { recursive: true, force: true });
    if (interrupted !== undefined) return 128 + constants.signals[interrupted];
    return clean.includes(false) ? 1 : code;
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
