/** A clock without waiting: when nothing else is left to do, it jumps to the next sleeper's time. */
import type { Clock } from "../../automation/gates/clock";

export class TestClock implements Clock {
    #now: number;
    #sleepers: { at: number; wake: () => void }[] = [];
    #scheduled = false;
    /** Every sleep that was asked for, milliseconds. */
    readonly sleeps: number[] = [];

    constructor(start = Date.UTC(2024, 0, 1)) {
        this.#now = start;
    }

    now(): number {
        return this.#now;
    }

    advance(milliseconds: number): void {
        this.#now += milliseconds;
    }

    sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
        this.sleeps.push(milliseconds);
        return new Promise((resolve, reject) => {
            if (signal?.aborted) return reject(signal.reason as Error);
            const sleeper = { at: this.#now + milliseconds, wake: resolve };
            this.#sleepers.push(sleeper);
            signal?.addEventListener("abort", () => {
                this.#sleepers = this.#sleepers.filter((one) => one !== sleeper);
                reject(signal.reason as Error);
            });
            this.#schedule();
        });
    }

    #schedule(): void {
        if (this.#scheduled || this.#sleepers.length === 0) return;
        this.#scheduled = true;
        // setImmediate comes after all promises that can settle now have settled.
        setImmediate(() => {
            this.#scheduled = false;
            const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0];
            if (next !== undefined) {
                this.#sleepers = this.#sleepers.filter((one) => one !== next);
                this.#now = Math.max(this.#now, next.at);
                next.wake();
            }
            this.#schedule();
        });
    }
}
