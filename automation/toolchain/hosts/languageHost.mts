// Pulumi's LanguageRuntime for `runtime: nodejs`, for an engine without the official pulumi-language-nodejs. Behaves as that
// does (pulumi/pulumi, sdk/nodejs/cmd/pulumi-language-nodejs/main.go, v3.250.0), except that it requires no plugins,
// so none is looked for that the program does not use. Node strips the types itself, so it needs no loader.
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import lang from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

/** The SDK's exit code for "the error has been reported already" (@pulumi/pulumi/cmd/run). */
const reportedAlready = 32;

/** How long a program has to end after SIGINT before it is killed, in milliseconds, as in the official host. */
const graceful = 5_000;

/** What programs and plugins are started with: the official host has the SDK load all that it has, 0.3 s of CPU. */
const deferred = ["--require", join(import.meta.dirname, "..", "deferred.cjs")];

type Unary<Request, Response> = grpc.handleUnaryCall<Request, Response>;
type ServerStream<Request, Response> = grpc.ServerWritableStream<Request, Response>;

interface Options {
    readonly typescript: boolean;
    readonly tsconfig: string | undefined;
    readonly nodeargs: string;
}

/** The runtime options of Pulumi.yaml: `runtime: { name: nodejs, options: … }`. */
export function parseOptions(options: Readonly<Record<string, unknown>>): Options {
    const { typescript = true, tsconfig, nodeargs = "" } = options;
    if (typeof typescript !== "boolean") throw new Error("typescript option must be a boolean");
    if (tsconfig !== undefined && typeof tsconfig !== "string") throw new Error("tsconfigpath option must be a string");
    if (typeof nodeargs !== "string") throw new Error("nodeargs option must be a string");
    return { typescript, tsconfig, nodeargs };
}

/** Splits as a POSIX shell does: blanks separate, quotes and backslashes keep. */
export function splitArguments(text: string): string[] {
    const words: string[] = [];
    let word: string | undefined;
    let quote = "";
    for (let i = 0; i < text.length; i++) {
        const c = text.charAt(i);
        if (quote !== "" && c === quote) quote = "";
        else if (c === "\\" && quote !== "'") word = (word ?? "") + text.charAt(++i);
        else if (quote !== "") word = (word ?? "") + c;
        else if (c === "'" || c === '"') [quote, word] = [c, word ?? ""];
        else if (!/\s/.test(c)) word = (word ?? "") + c;
        else if (word !== undefined) [, word] = [words.push(word), undefined];
    }
    if (quote !== "") throw new Error("EOF found when expecting closing quote");
    if (word !== undefined) words.push(word);
    return words;
}

/** `namespace:name` becomes `namespace:config:name`, which is how old and new SDKs read it. */
export function oldConfigKey(key: string): string {
    const parts = key.split(":");
    return parts.length === 2 ? `${parts[0]}:config:${parts[1]}` : key;
}

function optionsOf(info: lang.ProgramInfo | undefined): Options {
    return parseOptions(info?.getOptions()?.toJavaScript() ?? {});
}

function locateModule(name: string, folder: string): string {
    try {
        return createRequire(join(folder, "package.json")).resolve(name);
    } catch {
        throw new Error("It looks like the Pulumi SDK has not been installed. Have you run pulumi install?");
    }
}

const failure = (error: unknown) => ({
    code: grpc.status.UNKNOWN,
    details: error instanceof Error ? error.message : String(error),
});

const children = new Set<ChildProcess>();

/** Ends a program as the official host does: SIGINT, and SIGKILL where that was not enough. */
function end(child: ChildProcess): void {
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGKILL"), graceful).unref();
}

function endAll(): void {
    for (const child of children) end(child);
}

function track(child: ChildProcess): ChildProcess {
    children.add(child);
    child.once("close", () => children.delete(child));
    return child;
}

function programEnvironment(request: lang.RunRequest, options: Options): NodeJS.ProcessEnv {
    const config = request
        .getConfigMap()
        .toArray()
        .map(([key, value]) => [oldConfigKey(key), value]);
    return {
        ...process.env,
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(config)),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        ...runtimeEnvironment(options),
    };
}

function runtimeEnvironment({ typescript, tsconfig }: Options): NodeJS.ProcessEnv {
    return {
        ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
        ...(tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
    };
}

class LanguageHost {
    private engine: string | undefined;

    constructor(engine: string | undefined) {
        this.engine = engine;
        if (engine !== undefined) watchEngine(engine);
    }

    readonly handshake: Unary<lang.LanguageHandshakeRequest, lang.LanguageHandshakeResponse> = (call, reply) => {
        this.engine = call.request.getEngineAddress();
        watchEngine(this.engine);
        reply(null, new lang.LanguageHandshakeResponse());
    };

    readonly getPluginInfo: Unary<empty.Empty, plugin.PluginInfo> = (_call, reply) => {
        reply(null, new plugin.PluginInfo().setVersion(sdkVersion()));
    };

    readonly getRequiredPackages: Unary<lang.GetRequiredPackagesRequest, lang.GetRequiredPackagesResponse> = (
        _,
        reply,
    ) => reply(null, new lang.GetRequiredPackagesResponse());

    readonly getRequiredPlugins: Unary<lang.GetRequiredPluginsRequest, lang.GetRequiredPluginsResponse> = (_, reply) =>
        reply(null, new lang.GetRequiredPluginsResponse());

    readonly runtimeOptionsPrompts: Unary<lang.RuntimeOptionsRequest, lang.RuntimeOptionsResponse> = (_call, reply) =>
        reply(null, new lang.RuntimeOptionsResponse());

    readonly template: Unary<lang.TemplateRequest, lang.TemplateResponse> = (_call, reply) =>
        reply(null, new lang.TemplateResponse());

    readonly about: Unary<lang.AboutRequest, lang.AboutResponse> = (_call, reply) => {
        const response = new lang.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
        response.getMetadataMap().set("packagemanager", "npm");
        reply(null, response);
    };

    readonly getProgramDependencies: Unary<lang.GetProgramDependenciesRequest, lang.GetProgramDependenciesResponse> = (
        call,
        reply,
    ) => {
        try {
            const folder = call.request.getInfo()?.getProgramDirectory() ?? ".";
            const all = call.request.getTransitivedependencies();
            const list = dependencies(folder, all).map(([name, version]) =>
                new lang.DependencyInfo().setName(name).setVersion(version),
            );
            reply(null, new lang.GetProgramDependenciesResponse().setDependenciesList(list));
        } catch (error) {
            reply(failure(error));
        }
    };

    readonly run: Unary<lang.RunRequest, lang.RunResponse> = (call, reply) => {
        const response = new lang.RunResponse();
        try {
            const child = this.startProgram(call.request);
            call.on("cancelled", () => end(child));
            child.on("error", (error) =>
                reply(
                    null,
                    response.setError(`Problem executing program (could not run language executor): ${error.message}`),
                ),
            );
            child.on("close", (code, signal) => {
                if (code === reportedAlready) response.setBail(true);
                else if (signal !== null) response.setError(`Program was ended by ${signal}`);
                else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${code}`);
                reply(null, response);
            });
        } catch (error) {
            reply(null, response.setError(failure(error).details));
        }
    };

    private startProgram(request: lang.RunRequest): ChildProcess {
        const info = request.getInfo() ?? new lang.ProgramInfo();
        const folder = info.getProgramDirectory();
        const options = optionsOf(info);
        const named: [string, string | undefined][] = [
            ["monitor", request.getMonitorAddress()],
            ["engine", this.engine],
            ["organization", request.getOrganization()],
            ["project", request.getProject()],
            ["root-directory", info.getRootDirectory()],
            ["stack", request.getStack()],
            ["pwd", folder],
            ["parallel", String(request.getParallel())],
        ];
        const args = [
            ...deferred,
            ...splitArguments(options.nodeargs),
            locateModule(process.env["PULUMI_LANGUAGE_NODEJS_RUN_PATH"] || "@pulumi/pulumi/cmd/run", folder),
            ...named.flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
            ...(request.getDryrun() ? ["--dry-run"] : []),
            info.getEntryPoint(),
            ...request.getArgsList(),
        ];
        const env = programEnvironment(request, options);
        return track(spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"], env }));
    }

    readonly installDependencies = (
        call: ServerStream<lang.InstallDependenciesRequest, lang.InstallDependenciesResponse>,
    ): void => {
        const cwd = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
        const out = (text: Uint8Array | string) =>
            call.write(new lang.InstallDependenciesResponse().setStdout(bytes(text)));
        const err = (text: Uint8Array) => call.write(new lang.InstallDependenciesResponse().setStderr(text));
        out("Installing dependencies...\n\n");
        const args = ["install", "--loglevel=error", "--no-audit", "--no-fund", "--ignore-scripts"];
        const child = track(spawn("npm", args, { cwd, stdio: ["ignore", "pipe", "pipe"] }));
        call.on("cancelled", () => end(child));
        child.stdout?.on("data", out);
        child.stderr?.on("data", err);
        child.on("error", (error) => call.emit("error", failure(error)));
        child.on("close", (code) => {
            if (code === 0) out("Finished installing dependencies\n\n");
            if (code === 0) call.end();
            else call.emit("error", failure(new Error(`npm install exited with ${code}`)));
        });
    };

    /** Runs a provider or a policy pack that is written for Node; its output goes to the engine, which reads its port there. */
    readonly runPlugin = async (call: ServerStream<lang.RunPluginRequest, lang.RunPluginResponse>): Promise<void> => {
        const out = (text: Uint8Array | string) => call.write(new lang.RunPluginResponse().setStdout(bytes(text)));
        try {
            const { request } = call;
            const info = request.getInfo() ?? new lang.ProgramInfo();
            const folder = info.getProgramDirectory();
            const options = optionsOf(info);
            const isPolicyPack = request.getKind() === "analyzer";
            // What is compiled is run as it is: the official host has each pack load a TypeScript compiler, 0.4 s of CPU.
            const isCompiled = isPolicyPack && !options.typescript;
            const script = isPolicyPack ? "@pulumi/pulumi/cmd/run-policy-pack" : "@pulumi/pulumi/cmd/run-plugin";
            // The order is the official host's, which hands nodeargs to the script and not to Node.
            const given = isPolicyPack ? [...request.getArgsList(), folder] : [folder, ...request.getArgsList()];
            const args = isCompiled
                ? [...splitArguments(options.nodeargs), folder]
                : [...deferred, locateModule(script, folder), ...splitArguments(options.nodeargs), ...given];
            const env: NodeJS.ProcessEnv = { ...environmentOf(request.getEnvList()), ...runtimeEnvironment(options) };
            const start = (extra: NodeJS.ProcessEnv): ChildProcess => {
                const cwd = isPolicyPack ? folder : request.getPwd();
                const all = { ...env, ...extra };
                const child = track(
                    spawn(process.execPath, args, { cwd, env: all, stdio: ["ignore", "pipe", "pipe"] }),
                );
                call.on("cancelled", () => end(child));
                child.stderr?.on("data", (text: Uint8Array) =>
                    call.write(new lang.RunPluginResponse().setStderr(text)),
                );
                child.on("error", (error) => call.emit("error", failure(error)));
                child.on("close", (code) => {
                    call.write(new lang.RunPluginResponse().setExitcode(code ?? 1));
                    call.end();
                });
                return child;
            };
            if (!isPolicyPack) {
                start({}).stdout?.on("data", out);
                return;
            }
            // Under a name that TypeScript reads types from and Node finds the file by.
            const module = new URL("policyProxy.mts", import.meta.url).href;
            const { startPolicyProxy } = (await import(module)) as typeof import("./policyProxy.mjs");
            await startPolicyProxy(start, out, (stop) => call.on("cancelled", stop));
        } catch (error) {
            call.emit("error", failure(error));
        }
    };

    readonly cancel: Unary<empty.Empty, empty.Empty> = (_call, reply) => {
        endAll();
        reply(null, new empty.Empty());
    };
}

const bytes = (text: Uint8Array | string) => (typeof text === "string" ? Buffer.from(text) : text);

function environmentOf(list: readonly string[]): NodeJS.ProcessEnv {
    return Object.fromEntries(list.map((entry) => [entry.split("=", 1)[0], entry.slice(entry.indexOf("=") + 1)]));
}

function json(path: string): Readonly<Record<string, unknown>> {
    return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}

function sdkVersion(): string {
    return String(json(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"))["version"]);
}

function dependencies(folder: string, transitive: boolean): [name: string, version: string][] {
    const versionOf = (name: string) => String(json(join(folder, "node_modules", name, "package.json"))["version"]);
    if (!transitive)
        return Object.keys(json(join(folder, "package.json"))["dependencies"] ?? {}).map((n) => [n, versionOf(n)]);
    const packages = json(join(folder, "node_modules", ".package-lock.json"))["packages"] ?? {};
    return Object.entries(packages).map(([path, entry]) => [
        path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
        String((entry as Record<string, unknown>)["version"]),
    ]);
}

/** Ends everything when the engine is gone: a killed engine cannot cancel. */
function watchEngine(address: string): void {
    const client = new EngineClient(address, grpc.credentials.createInsecure());
    const channel = client.getChannel();
    const look = (): void => {
        const state = channel.getConnectivityState(true);
        if (state === grpc.connectivityState.TRANSIENT_FAILURE) return shutDown();
        channel.watchConnectivityState(state, Infinity, look);
    };
    look();
}

function shutDown(): void {
    if (children.size === 0) process.exit(0);
    endAll();
    for (const child of children) child.once("close", () => children.size === 0 && process.exit(0));
    // Behind the SIGKILL of `end`.
    setTimeout(() => process.exit(1), graceful + 1_000);
}

function main(args: readonly string[]): void {
    if (args.some((arg) => /^--?version$/.test(arg))) {
        console.log(sdkVersion());
        return;
    }
    process.on("SIGINT", shutDown).on("SIGTERM", shutDown);
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    // The address is the last argument; options before it, such as -tracing, are for what this host does not do.
    const address = args.at(-1)?.startsWith("-") ? undefined : args.at(-1);
    server.addService(
        LanguageRuntimeService as unknown as grpc.ServiceDefinition,
        new LanguageHost(address) as unknown as grpc.UntypedServiceImplementation,
    );
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error !== null) throw error;
        console.log(port);
    });
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) main(process.argv.slice(2));
