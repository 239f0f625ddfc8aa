// A policy pack reads the stack's configuration from its environment, but the engine sends it by gRPC after the start of the plugin.
// So, as in Pulumi's sdk/v3 policy_proxy.go: this answers first, starts the pack once the configuration has come,
// and hands every further call on to it.
import type { ChildProcess } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import { AnalyzerClient, AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";

type Message = object;
type Call = grpc.ServerUnaryCall<Message, Message>;
type Reply = grpc.sendUnaryData<Message>;
type Method = (request: Message, reply: (error: grpc.ServiceError | null, response?: Message) => void) => void;

/** The configuration as the SDK reads it from its environment. */
function packEnvironment(request: analyzer.AnalyzerStackConfigureRequest | undefined): NodeJS.ProcessEnv {
    if (request === undefined) return {};
    const values: Record<string, string | undefined> = {
        PULUMI_NODEJS_ORGANIZATION: request.getOrganization(),
        PULUMI_NODEJS_PROJECT: request.getProject(),
        PULUMI_NODEJS_STACK: request.getStack(),
        PULUMI_NODEJS_DRY_RUN: String(request.getDryRun()),
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    };
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value));
}

/** The first line of a plugin's standard output is its port; what follows goes on to `out`. */
function portOf(child: ChildProcess, out: (text: string) => void): Promise<number> {
    return new Promise((done, fail) => {
        let text = "";
        let known = false;
        child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
            if (known) return out(chunk);
            text += chunk;
            const newline = text.indexOf("\n");
            if (newline < 0) return;
            known = true;
            done(Number.parseInt(text, 10));
            if (text.length > newline + 1) out(text.slice(newline + 1));
        });
        child.once("close", () => fail(new Error("could not read policy pack port")));
    });
}

export async function startPolicyProxy(
    start: (environment: NodeJS.ProcessEnv) => ChildProcess,
    out: (text: string) => void,
    onCancelled: (stop: () => void) => void,
): Promise<void> {
    let client: Promise<AnalyzerClient> | undefined;
    const attach = async (configuration?: analyzer.AnalyzerStackConfigureRequest): Promise<AnalyzerClient> => {
        const child = start(packEnvironment(configuration));
        child.once("close", () => server.forceShutdown());
        const address = `127.0.0.1:${await portOf(child, out)}`;
        const pack = new AnalyzerClient(address, grpc.credentials.createInsecure());
        if (configuration === undefined) return pack;
        const method = (pack as unknown as Record<string, Method>)["configureStack"];
        await new Promise<void>((done, fail) =>
            method?.call(pack, configuration, (error) =>
                // Packs of older SDKs do not know this call.
                error === null || error.code === grpc.status.UNIMPLEMENTED ? done() : fail(error),
            ),
        );
        return pack;
    };
    const own: Record<string, (call: Call, reply: Reply) => void> = {
        handshake: (_call, reply) => reply(null, new analyzer.AnalyzerHandshakeResponse()),
        configureStack: (call, reply) => {
            client ??= attach(call.request as analyzer.AnalyzerStackConfigureRequest);
            // A failure shows in the next call, which waits for it; here it must only not be unhandled.
            client.catch(() => {});
            reply(null, new analyzer.AnalyzerStackConfigureResponse());
        },
    };
    const handOn = (name: string) => async (call: Call, reply: Reply) => {
        try {
            const pack = await (client ??= attach());
            const method = (pack as unknown as Record<string, Method>)[name];
            method?.call(pack, call.request, (error, response) =>
                error === null ? reply(null, response) : reply({ code: error.code, details: error.details }),
            );
        } catch (error) {
            const details = `policy pack not started: ${error instanceof Error ? error.message : String(error)}`;
            reply({ code: grpc.status.UNKNOWN, details });
        }
    };
    const names = Object.keys(AnalyzerService);
    const handlers = Object.fromEntries(names.map((name) => [name, own[name] ?? handOn(name)]));
    const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
    server.addService(AnalyzerService as unknown as grpc.ServiceDefinition, handlers);
    onCancelled(() => server.forceShutdown());
    const bind = (done: (port: number) => void, fail: (error: Error) => void) =>
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
            error === null ? done(port) : fail(error),
        );
    out(`${await new Promise<number>(bind)}\n`);
}
