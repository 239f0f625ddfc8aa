/**
 * Pulumi's ResourceProvider over gRPC. Written on the protocol itself because `provider.main` of the SDK passes on
 * neither the old inputs nor whether a call is a preview, has no detailed diffs, and prints stacks.
 */
import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as wire from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { messageOf } from "../../automation/core/errors";
import { Bridge, CallError, type Stored } from "./bridge";
import type { AnyHandler, Context } from "./handler";
import type { Tools } from "./tools";
import type { Values } from "./values";

export interface ServerOptions {
    readonly version: string;
    /** Resource types by token, e.g. `tidegate:embedded:Process`. */
    readonly handlers: ReadonlyMap<string, AnyHandler>;
    readonly tools: () => Promise<Tools>;
    /** Address of the engine, for its display; undefined where nobody listens. */
    readonly engineAddress: string | undefined;
}

export interface RunningServer {
    readonly port: number;
    /** Aborts what is under way, waits until it has undone itself, and ends. */
    stop(): Promise<void>;
}

type Request = { getUrn(): string };
type Call<Q, A> = grpc.ServerUnaryCall<Q, A>;

const values = (struct: Struct | undefined): Values => (struct?.toJavaScript() ?? {}) as Values;
const struct = (plain: Values): Struct => Struct.fromJavaScript(plain as Parameters<typeof Struct.fromJavaScript>[0]);

/** `urn:pulumi:stack::project::parent$type::name` */
function typeOf(urn: string): string {
    return urn.split("::")[2]?.split("$").pop() ?? "";
}

/** The message alone or, where the resource exists though the call failed, with its state in the details. */
function serviceError(error: unknown, id = "", inputs?: Struct): grpc.ServiceError {
    const message = messageOf(error);
    const metadata = new grpc.Metadata();
    if (error instanceof CallError && error.state !== undefined) {
        const detail = new wire.ErrorResourceInitFailed();
        detail.setId(id);
        detail.setProperties(struct(error.state));
        if (inputs !== undefined) detail.setInputs(inputs);
        detail.setReasonsList([message]);
        const packed = new Any();
        packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
        const status = new Status();
        status.setCode(grpc.status.UNKNOWN);
        status.setMessage(message);
        status.addDetails(packed);
        metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    }
    return Object.assign(new Error(message), { code: grpc.status.UNKNOWN, details: message, metadata });
}

const kinds = wire.PropertyDiff.Kind;

export async function serve(options: ServerOptions): Promise<RunningServer> {
    const abort = new AbortController();
    const engine =
        options.engineAddress === undefined
            ? undefined
            : new EngineClient(options.engineAddress, grpc.credentials.createInsecure());
    const underWay = new Set<Promise<unknown>>();
    let tools: Promise<Tools> | undefined;

    const contextOf = (urn: string): Context => ({
        signal: abort.signal,
        log: (text) => {
            const request = new LogRequest();
            request.setSeverity(LogSeverity.INFO);
            request.setMessage(text);
            request.setUrn(urn);
            request.setEphemeral(true);
            engine?.log(request, () => {});
        },
        tools: () => (tools ??= options.tools()),
    });

    const bridgeOf = (request: Request): Bridge => {
        const type = typeOf(request.getUrn());
        const handler = options.handlers.get(type);
        if (handler !== undefined) return new Bridge(handler, contextOf(request.getUrn()));
        const known = [...options.handlers.keys()].join(", ");
        throw new Error(`Tidegate's provider has no resource type '${type}'. It has ${known}.`);
    };

    /** A unary method whose answer is computed by `run`; what it throws reaches the engine as one message. */
    const method =
        <Q extends Request, A>(run: (request: Q) => Promise<A> | A, describe: (request: Q) => [string, Struct?]) =>
        (call: Call<Q, A>, callback: grpc.sendUnaryData<A>): void => {
            const work = (async () => run(call.request))().then(
                (answer) => callback(null, answer),
                (error: unknown) => callback(serviceError(error, ...describe(call.request))),
            );
            underWay.add(work);
            void work.finally(() => underWay.delete(work));
        };
    const nothing = (): [string, Struct?] => [""];

    const storedOf = (request: {
        getId(): string;
        getOldInputs(): Struct | undefined;
        getOlds(): Struct | undefined;
    }): Stored => ({ id: request.getId(), inputs: values(request.getOldInputs()), state: values(request.getOlds()) });

    const server = new grpc.Server({ "grpc.max_receive_message_length": 64 * 2 ** 20 });
    server.addService(ResourceProviderService, {
        getPluginInfo: (_call: Call<Empty, PluginInfo>, callback: grpc.sendUnaryData<PluginInfo>) => {
            const info = new PluginInfo();
            info.setVersion(options.version);
            callback(null, info);
        },
        getSchema: (_call: unknown, callback: grpc.sendUnaryData<wire.GetSchemaResponse>) => {
            const answer = new wire.GetSchemaResponse();
            answer.setSchema(JSON.stringify({ name: "tidegate", version: options.version }));
            callback(null, answer);
        },
        checkConfig: method((request: wire.CheckRequest) => {
            const answer = new wire.CheckResponse();
            answer.setInputs(request.getNews());
            return answer;
        }, nothing),
        diffConfig: method((_request: wire.DiffRequest) => {
            const answer = new wire.DiffResponse();
            answer.setChanges(wire.DiffResponse.DiffChanges.DIFF_NONE);
            return answer;
        }, nothing),
        configure: (_call: unknown, callback: grpc.sendUnaryData<wire.ConfigureResponse>) => {
            const answer = new wire.ConfigureResponse();
            answer.setAcceptsecrets(true);
            answer.setSupportspreview(true);
            answer.setAcceptresources(false);
            answer.setAcceptoutputs(false);
            callback(null, answer);
        },
        cancel: (_call: unknown, callback: grpc.sendUnaryData<Empty>) => {
            abort.abort();
            callback(null, new Empty());
        },
        attach: (_call: unknown, callback: grpc.sendUnaryData<Empty>) => callback(null, new Empty()),
        check: method((request: wire.CheckRequest) => {
            const olds = request.hasOlds() ? values(request.getOlds()) : undefined;
            const { inputs, failures } = bridgeOf(request).check(olds, values(request.getNews()));
            const answer = new wire.CheckResponse();
            answer.setInputs(struct(inputs));
            answer.setFailuresList(
                failures.map(({ property, reason }) => {
                    const failure = new wire.CheckFailure();
                    failure.setProperty(property);
                    failure.setReason(reason);
                    return failure;
                }),
            );
            return answer;
        }, nothing),
        diff: method((request: wire.DiffRequest) => {
            const { changes, deleteBeforeReplace } = bridgeOf(request).diff(
                storedOf(request),
                values(request.getNews()),
            );
            const answer = new wire.DiffResponse();
            const { DIFF_NONE, DIFF_SOME } = wire.DiffResponse.DiffChanges;
            answer.setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME);
            answer.setReplacesList(changes.filter(({ replace }) => replace === true).map(({ path }) => path));
            answer.setDiffsList([...new Set(changes.map(({ path }) => path.split(/[.[]/, 1)[0] ?? path))]);
            answer.setDeletebeforereplace(deleteBeforeReplace);
            answer.setHasdetaileddiff(true);
            for (const { path, of = "input", replace = false } of changes) {
                const detail = new wire.PropertyDiff();
                detail.setKind(replace ? kinds.UPDATE_REPLACE : kinds.UPDATE);
                detail.setInputdiff(of === "input");
                answer.getDetaileddiffMap().set(path, detail);
            }
            return answer;
        }, nothing),
        create: method((request: wire.CreateRequest) => {
            const inputs = values(request.getProperties());
            return bridgeOf(request)
                .create(inputs, request.getPreview())
                .then(({ id, state }) => {
                    const answer = new wire.CreateResponse();
                    answer.setId(id);
                    answer.setProperties(struct(state));
                    return answer;
                });
        }, nothing),
        read: method(
            async (request: wire.ReadRequest) => {
                const answer = new wire.ReadResponse();
                if (!request.hasInputs() || Object.keys(values(request.getInputs())).length === 0)
                    throw new Error(
                        `'${request.getId()}' can't be imported: a resource of an embedded process is made by ` +
                            "`pulumi up`, which adopts what an interrupted run left behind.",
                    );
                const state = await bridgeOf(request).read({
                    id: request.getId(),
                    inputs: values(request.getInputs()),
                    state: values(request.getProperties()),
                });
                if (state === undefined) return answer;
                answer.setId(request.getId());
                answer.setInputs(request.getInputs());
                answer.setProperties(struct(state));
                return answer;
            },
            (request) => [request.getId(), request.getInputs()],
        ),
        update: method(
            async (request: wire.UpdateRequest) => {
                const state = await bridgeOf(request).update(
                    storedOf(request),
                    values(request.getNews()),
                    request.getPreview(),
                );
                const answer = new wire.UpdateResponse();
                answer.setProperties(struct(state));
                return answer;
            },
            (request) => [request.getId(), request.getNews()],
        ),
        delete: method(async (request: wire.DeleteRequest) => {
            await bridgeOf(request).delete({
                id: request.getId(),
                inputs: values(request.getOldInputs()),
                state: values(request.getProperties()),
            });
            return new Empty();
        }, nothing),
    });
    const port = await new Promise<number>((resolve, reject) =>
        server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
            error === null ? resolve(bound) : reject(error),
        ),
    );
    return {
        port,
        stop: async () => {
            abort.abort();
            await Promise.allSettled(underWay);
            server.forceShutdown();
            engine?.close();
        },
    };
}
