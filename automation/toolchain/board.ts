import type { Progress } from "../core/progress";

/** One of several things that go on at the same time. */
export interface BoardLine {
    /** What it does now: "compiling, 812 of 1903 packages". */
    say(text: string): void;
    /** How many bytes it will fetch. */
    expect(bytes: number): void;
    bytes(difference: number): void;
    waitFor(pid: number): void;
    done(): void;
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)}`;

/** How often a changed line is told at most, in milliseconds. */
const interval = 200;

/** Makes one `Progress` of several things that go on at the same time: one line for all, and the bytes of all. */
export class Board {
    private readonly texts = new Map<string, string>();
    private come = 0;
    private expected = 0;
    private told = 0;

    constructor(
        private readonly progress: Progress,
        private readonly now: () => number = Date.now,
    ) {}

    note(text: string): void {
        this.progress.note(text);
    }

    line(name: string): BoardLine {
        let own = 0;
        let ownExpected = 0;
        const say = (text: string) => {
            this.texts.set(name, text);
            this.tell(false);
        };
        const sayBytes = () => say(`${megabytes(own)} of ${megabytes(ownExpected)} MB`);
        say("starting");
        return {
            say,
            expect: (bytes) => {
                ownExpected += bytes;
                this.expected += bytes;
                sayBytes();
            },
            bytes: (difference) => {
                own += difference;
                this.come += difference;
                sayBytes();
            },
            waitFor: (pid) => say(`waiting for process ${pid}, which fetches it`),
            done: () => {
                this.texts.delete(name);
                this.tell(true);
            },
        };
    }

    private tell(now: boolean): void {
        if (!now && this.now() - this.told < interval) return;
        this.told = this.now();
        if (this.texts.size > 0)
            this.progress.update([...this.texts].map(([name, text]) => `${name}: ${text}`).join(" · "));
        // What is built after its download would be told with the bytes of it for ever.
        if (this.come < this.expected) this.progress.advance(this.come, this.expected, "bytes");
    }
}
