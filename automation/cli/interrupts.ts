/** Signals that end the work of a command in order, and by force when they come again. */
import { exitCodes } from "../core/errors";

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One Ctrl-C may come twice: the terminal sends it to the whole group, and npm passes on what it gets itself. */
const sameKeyMilliseconds = 1_000;
/** How long what was killed may take to be gone before this process goes without it. */
const forcedMilliseconds = 3_000;

/** Ends work in order at the first SIGINT, SIGTERM or SIGHUP, and by force at the second. */
export class Interrupts {
    readonly orderly = new AbortController();
    readonly forced = new AbortController();
    private first = 0;
    private readonly listener = (): void => this.interrupt();

    constructor(private say: (text: string) => void) {
        for (const signal of endingSignals) process.on(signal, this.listener);
    }

    /** Says it by other means from now on: a view has the terminal. */
    sayBy(say: (text: string) => void): void {
        this.say = say;
    }

    private interrupt(): void {
        if (!this.orderly.signal.aborted) {
            this.first = performance.now();
            this.say("Interrupted: ending what runs in order. Once more ends it by force.");
            this.orderly.abort();
        } else if (!this.forced.signal.aborted && performance.now() - this.first > sameKeyMilliseconds) {
            this.say("Ending by force. Run the same command again: it goes on from what is there.");
            this.forced.abort();
            // The handlers of `exit` end what children are left.
            setTimeout(() => process.exit(exitCodes.interrupted), forcedMilliseconds).unref();
        }
    }

    /** Ends the work in order for another reason than a signal. */
    lose(text: string): void {
        if (this.orderly.signal.aborted) return;
        this.say(`${text} Ending what runs in order.`);
        this.orderly.abort();
    }

    close(): void {
        for (const signal of endingSignals) process.off(signal, this.listener);
    }
}
