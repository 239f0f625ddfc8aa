/**
 * Interrupts `tidegate up` at seeded random moments and goes on: `npm run proof:interrupt -- [moments] [seed]`, 20
 * moments by default. Each platform is interrupted one to three times; then `up` has to be green with exact counts,
 * and `down` has to leave nothing. Prints a line of JSON for each moment; exits with 1 where one failed.
 */
import { Checkout } from "../_helpers/checkout";
import { random, shuffled } from "../_helpers/random";
import { converge, interrupt, small, takeDown, type Blow } from "../cli/interruption";

/** Ctrl-C most of the time: it is what people do. */
const blows: readonly Blow[] = [
    "SIGINT",
    "SIGINT",
    "SIGINT",
    "SIGTERM",
    "SIGINT twice",
    "SIGKILL of the command",
    "SIGKILL of a worker",
];

const report = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Milliseconds that an uninterrupted `up` takes on this machine, as busy as it is. */
async function timeOfUp(): Promise<number> {
    const checkout = Checkout.create(small);
    const begun = Date.now();
    await converge(checkout);
    const took = Date.now() - begun;
    await takeDown(checkout);
    await checkout.remove({ down: false });
    return took;
}

async function main(moments: number, seed: number): Promise<void> {
    const next = random(seed);
    const longestMs = await timeOfUp();
    report({ seed, moments, upSeconds: longestMs / 1000 });
    // One in each of equal parts of an `up`, in any order: no phase is left out.
    const shares = shuffled(
        Array.from({ length: moments }, (_, part) => (part + next()) / moments),
        next,
    );
    let done = 0;
    let failed = 0;
    let platforms = 0;
    const seconds: number[] = [];
    while (done < moments) {
        platforms++;
        const checkout = Checkout.create(small);
        const times = Math.min(moments - done, 1 + Math.floor(next() * 3));
        try {
            for (let time = 0; time < times; time++) {
                done++;
                const at = Math.round((shares[done - 1] ?? 0) * longestMs);
                const blow = blows[Math.floor(next() * blows.length)] ?? "SIGINT";
                report({ moment: done, platform: platforms, at, blow });
                const result = await interrupt(checkout, { at, blow });
                if (result.hit) seconds.push(result.seconds);
                report({
                    moment: done,
                    hit: result.hit,
                    exitCode: result.outcome.code,
                    seconds: result.seconds,
                    during: result.during,
                });
            }
            const begun = Date.now();
            await converge(checkout);
            report({ platform: platforms, converged: true, seconds: (Date.now() - begun) / 1000 });
            await takeDown(checkout);
            await checkout.remove({ down: false });
        } catch (error) {
            failed++;
            report({ platform: platforms, converged: false, directory: checkout.directory, error: String(error) });
            await checkout.run(["down", "--force"]);
        }
    }
    report({
        seed,
        moments: done,
        hit: seconds.length,
        platforms,
        failed,
        slowestSeconds: Math.max(0, ...seconds),
    });
    // What a failed moment has left open must not keep the proof from ending.
    process.exit(failed > 0 ? 1 : 0);
}

const [moments = "20", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
void main(Number(moments), Number(seed));
