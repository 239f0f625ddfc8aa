import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StackReads } from "../../automation/engine/reads";
import { readSnapshot } from "../../automation/engine/snapshot";
import { secretsOfState } from "../../automation/engine/stackSecrets";

const marked = (value: object): object => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    ...value,
});

/** A stack of one secret output, and a `pulumi` that exports it and counts how often. */
class Stack {
    private readonly folder = mkdtempSync(join(tmpdir(), "tidegate-reads-"));
    private readonly checkpoint = join(this.folder, "dev.json");
    private readonly answer = join(this.folder, "answer.json");
    private readonly calls = join(this.folder, "calls");
    readonly reads = new StackReads();

    constructor() {
        writeFileSync(this.calls, "");
        this.cli("");
    }

    /** `more`: what else it does before it answers. */
    cli(more: string): void {
        const file = join(this.folder, "pulumi");
        writeFileSync(file, `#!/bin/sh\necho "$*" >> ${this.calls}\n${more}\ncat ${this.answer}\n`);
        chmodSync(file, 0o755);
    }

    private text(value: object): string {
        const outputs = { password: marked(value) };
        return JSON.stringify([{ urn: "urn:stack", type: "pulumi:pulumi:Stack", outputs }]);
    }

    write(password: string): void {
        const of = (value: object): string => this.text(value);
        writeFileSync(this.checkpoint, `{"checkpoint":{"latest":{"resources":${of({ ciphertext: password })}}}}`);
        const plaintext = JSON.stringify(password);
        writeFileSync(this.answer, `{"deployment":{"resources":${of({ plaintext })}}}`);
    }

    /** What somebody writes while the CLI answers with what was there before. */
    readonly rewriting = `echo ' ' >> ${this.checkpoint}`;

    spoil(): void {
        writeFileSync(this.answer, `{"password":"hunter2-abc"`);
    }

    target(checkpoint: string | undefined = this.checkpoint) {
        const variables = { PATH: `${this.folder}:${process.env["PATH"]}` };
        return { stack: "dev", fullName: "organization/app/dev", workDirectory: this.folder, variables, checkpoint };
    }

    async password(): Promise<unknown> {
        return (await readSnapshot(this.target(), this.reads)).outputs["password"];
    }

    secrets(): Promise<readonly string[]> {
        return secretsOfState(this.target(), this.reads);
    }

    get asked(): number {
        return readFileSync(this.calls, "utf8").trim().split("\n").filter(Boolean).length;
    }

    remove(): void {
        rmSync(this.folder, { recursive: true });
    }
}

describe("reading a stack in clear", () => {
    let stack: Stack;
    beforeEach(() => {
        stack = new Stack();
        stack.write("hunter2-abc");
    });
    afterEach(() => stack.remove());

    it("asks the CLI once for its outputs and its secrets", async () => {
        assert.equal(await stack.password(), "hunter2-abc");
        assert.deepEqual(await stack.secrets(), ["hunter2-abc"]);
        assert.equal(await stack.password(), "hunter2-abc");
        assert.equal(stack.asked, 1);
    });

    it("asks again as soon as anybody has written the state", async () => {
        await stack.secrets();
        stack.write("correct-horse");
        assert.equal(await stack.password(), "correct-horse");
        assert.deepEqual(await stack.secrets(), ["correct-horse"]);
        assert.equal(stack.asked, 2);
    });

    it("does not take what was read while somebody wrote the state for what it was before, where that comes back", async () => {
        stack.cli(stack.rewriting);
        await stack.secrets();
        stack.cli("");
        stack.write("hunter2-abc");
        await stack.secrets();
        await stack.secrets();
        assert.equal(stack.asked, 2);
    });

    it("asks each time where there is no file of the state to see a change by", async () => {
        const target = { ...stack.target(), checkpoint: undefined };
        await secretsOfState(target, stack.reads);
        assert.equal((await readSnapshot(target, stack.reads)).outputs["password"], "hunter2-abc");
        assert.equal(stack.asked, 2);
    });

    it("says of an answer that is no JSON what to look at, and not what is in it", async () => {
        stack.spoil();
        await assert.rejects(stack.secrets(), (error: Error & { code: string; hint: string }) => {
            assert.equal(error.code, "pulumi-answer-unreadable");
            assert.match(error.hint, /`pulumi stack export -s dev`/);
            assert.ok(!JSON.stringify([error.message, error.stack, error.cause]).includes("hunter2"));
            return true;
        });
    });
});
