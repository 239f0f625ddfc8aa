/**
 * Kills somebody — the driver, a worker, an engine, a provider — at seeded random moments of a rollout of twelve stacks in a
 * simulated cloud, and goes on: `npm run proof:crash -- [moments] [seed]`, 100 moments by default. In the end the cloud has to
 * hold each resource exactly once, as the states know it; where it could not be told whether something had been created, the
 * run has to have stopped and named it. Prints a line of JSON for each moment; exits with 1 where one failed.
 */
import { random } from "../_helpers/random";
import { crash, twelveStacks } from "./crash/crash";
import { SimulatedGraph } from "./crash/simulatedGraph";
import { victimKinds } from "./crash/victims";

const report = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function main(moments: number, seed: number): Promise<void> {
    const next = random(seed);
    const calm = new SimulatedGraph(twelveStacks());
    const begun = Date.now();
    const { code, stdout } = await calm.run(["up", "dev", "--parallel", "4", "--json"]);
    const events = stdout.split("\n").length - 1;
    report({ seed, moments, calm: { code, events, seconds: (Date.now() - begun) / 1000, faults: calm.faults() } });
    calm.remove();
    const totals = { hit: 0, settled: 0, asked: 0, failed: 0 };
    const killed: Record<string, number> = {};
    for (let moment = 1; moment <= moments; moment++) {
        const graph = new SimulatedGraph(twelveStacks());
        const victim = victimKinds[Math.floor(next() * victimKinds.length)] ?? "driver";
        const blow = { event: 1 + Math.floor(next() * events), afterMs: next() * 400, victim, which: next() };
        const result = await crash(graph, blow);
        report({ moment, ...blow, ...result, ...(result.faults.length > 0 ? { directory: graph.directory } : {}) });
        if (result.hit) totals.hit++;
        if (result.hit) killed[victim] = (killed[victim] ?? 0) + 1;
        totals.settled += result.settled;
        totals.asked += result.asked;
        if (result.faults.length > 0 || code !== 0) totals.failed++;
        else graph.remove();
    }
    report({ seed, moments, ...totals, killed, minutes: Math.round((Date.now() - begun) / 6000) / 10 });
    // What a failed moment has left open must not keep the proof from ending.
    process.exit(totals.failed > 0 ? 1 : 0);
}

const [moments = "100", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
void main(Number(moments), Number(seed));
