/**
 * What the driver costs: 24 stacks of one resource in four levels, rolled out by Tidegate and by a shell loop of
 * `pulumi up`, and again unchanged; and in process, with an engine that only waits, how near a rollout comes to its critical
 * path, and what 200 stacks take of memory. Prints JSON.
 *
 *     npx tidegate exec -- npm run -s ts -- bench/driver.ts [--parallel 4]
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { nothing } from "../automation/engine/snapshot";
import { Graph, type GraphNode } from "../automation/graph/graph";
import { Rollout } from "../automation/rollout/rollout";
import { random } from "../tests/_helpers/random";
import { SimulatedGraph, type SimulatedStack } from "../tests/proofs/crash/simulatedGraph";

const round = (value: number): number => Math.round(value * 100) / 100;

/** Six stacks in each of four levels; one stands on two of the level before. */
function levels(): Record<string, SimulatedStack> {
    const stacks: Record<string, SimulatedStack> = {};
    for (let level = 0; level < 4; level++)
        for (let index = 0; index < 6; index++)
            stacks[`s${level}${index}`] = {
                dependsOn: level === 0 ? [] : [`s${level - 1}${index}`, `s${level - 1}${(index + 1) % 6}`],
                resources: [["Bucket", "b"]],
            };
    return stacks;
}

/** Wall time, and the CPU time of all that it has started and waited for. */
async function timed(command: string, cwd: string, variables: NodeJS.ProcessEnv) {
    const begun = performance.now();
    const child = spawn("bash", ["-c", `TIMEFORMAT='cpu %U %S'; time { ${command}; } >/dev/null`], {
        cwd,
        env: variables,
        stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise((resolve) => child.on("close", resolve));
    if (code !== 0) throw new Error(`${command} ended with ${String(code)}:\n${stderr}`);
    const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
    return { seconds: round((performance.now() - begun) / 1000), cpuSeconds: round(Number(user) + Number(system)) };
}

async function stacks(parallel: number) {
    const all = levels();
    const graph = new SimulatedGraph(all, 0);
    const variables = graph.variables();
    const tidegate = (more: string) =>
        timed(`"${process.execPath}" "${graph.cli}" up dev --parallel ${parallel} ${more}`, graph.directory, variables);
    try {
        const created = await tidegate("");
        // Both sides do the same: an update, without a preview, of a stack that is as it was.
        const loop = await timed(
            Object.keys(all)
                .map(
                    (name) =>
                        `pulumi up --yes --skip-preview --refresh --non-interactive --stack organization/simulated/dev-${name}`,
                )
                .join(" && "),
            graph.directory,
            { ...process.env, ...variables, PULUMI_BACKEND_URL: `file://${graph.directory}/state` },
        );
        const deployed = await tidegate("--all");
        const skipped = await tidegate("");
        graph.gates();
        await tidegate("");
        const looked = await tidegate("");
        return {
            stacks: Object.keys(all).length,
            parallel,
            created,
            shellLoop: loop,
            all: {
                ...deployed,
                ofTheLoop: round(deployed.seconds / loop.seconds),
                cpuSecondsPerStack: round(deployed.cpuSeconds / 24),
            },
            unchanged: { withoutGates: skipped, withGates: looked, withRefresh: deployed },
        };
    } finally {
        graph.remove();
    }
}

/** A rollout whose operations only wait. */
async function simulated(count: number, parallel: number, latencyMs: (stack: string) => number) {
    const next = random(7);
    const nodes: GraphNode[] = Array.from({ length: count }, (_, index) => ({
        name: `s${String(index).padStart(3, "0")}`,
        dependsOn:
            index < 10 ? [] : [...new Set([0, 1].map(() => `s${String(Math.floor(next() * index)).padStart(3, "0")}`))],
        exercises: [],
    }));
    const graph = new Graph(nodes);
    const longest = new Map<string, number>();
    for (const name of graph.order)
        longest.set(
            name,
            latencyMs(name) + Math.max(0, ...graph.node(name).dependsOn.map((up) => longest.get(up) ?? 0)),
        );
    let events = 0;
    let most = 0;
    let running = 0;
    const rollout = new Rollout({
        environment: "dev",
        graph,
        surroundings: {
            preflight: () => Promise.resolve([]),
            preflightStack: () => Promise.resolve([]),
            hooks: () => Promise.resolve([]),
            looksAt: () => true,
            exercise: () => Promise.resolve(""),
            validate: () => Promise.resolve([]),
        },
        operate: async (stack) => {
            most = Math.max(most, ++running);
            await delay(latencyMs(stack));
            running--;
            return { snapshot: { ...nothing, outputs: { name: stack } }, changes: { create: 1 } };
        },
        onEvent: () => void events++,
        now: () => performance.now(),
        signal: new AbortController().signal,
    });
    const begun = performance.now();
    const { ok } = await rollout.up({ parallel });
    const wallMs = performance.now() - begun;
    const criticalMs = Math.max(...longest.values());
    return {
        stacks: count,
        parallel,
        ok,
        events,
        atOnce: most,
        wallSeconds: round(wallMs / 1000),
        criticalPathSeconds: round(criticalMs / 1000),
        ofTheCriticalPath: round(wallMs / criticalMs),
        residentMegabytes: Math.round(process.memoryUsage().rss / 1e6),
    };
}

async function main(): Promise<void> {
    const { values } = parseArgs({ options: { parallel: { type: "string", default: "4" } } });
    const next = random(3);
    const latencies = new Map<string, number>();
    const latency = (stack: string): number => {
        if (!latencies.has(stack)) latencies.set(stack, 100 + next() * 400);
        return latencies.get(stack) ?? 0;
    };
    const critical = await simulated(200, 200, latency);
    const fair = await simulated(200, 4, () => 20);
    const result = {
        cores: availableParallelism(),
        rollout: await stacks(Number(values.parallel)),
        simulated: { critical, fair },
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}

void main();
