/** Time as the gates see it, injected so that tests need not wait. */
export interface Clock {
    /** Milliseconds since the epoch. */
    now(): number;
    /** Resolves after `milliseconds`; rejects with the signal's reason when it is aborted first. */
    sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
    now: () => Date.now(),
    sleep: (milliseconds, signal) =>
        new Promise((resolve, reject) => {
            if (signal?.aborted) return reject(signal.reason as Error);
            const abort = (): void => {
                clearTimeout(timer);
                reject(signal?.reason as Error);
            };
            const timer = setTimeout(() => {
                signal?.removeEventListener("abort", abort);
                resolve();
            }, milliseconds);
            signal?.addEventListener("abort", abort, { once: true });
        }),
};

/**
 * Asks `probe` at once and then every `pollSeconds` until `enough` of its answer, or until `timeoutSeconds` are over;
 * gives the last answer either way.
 */
export async function poll<T>(
    probe: () => Promise<T>,
    enough: (answer: T) => boolean,
    limits: { readonly timeoutSeconds: number; readonly pollSeconds: number },
    clock: Clock,
    signal: AbortSignal,
): Promise<{ readonly answer: T; readonly enough: boolean }> {
    const end = clock.now() + limits.timeoutSeconds * 1000;
    for (;;) {
        const answer = await probe();
        if (enough(answer)) return { answer, enough: true };
        const left = end - clock.now();
        if (left <= 0) return { answer, enough: false };
        await clock.sleep(Math.min(left, limits.pollSeconds * 1000), signal);
    }
}
