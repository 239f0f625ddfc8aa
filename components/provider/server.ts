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
import { CallError, type DiffAnswer, type Stored } from "./bridge";
import type { Failure } from "./handler";
import { unwrap, type Values } from "./values";

/** What a call may do beside answering. */
export interface CallContext {
    /** Of the resource that the call is about. */
    readonly urn: string;
    /** Aborted when the engine cancels or ends. */
    readonly signal: AbortSignal;
    /** One line that the engine's display shows at the resource while it is worked on; never a secret. */
    log(text: string): void;
}

/** One resource type, in values as they are on the wire. */
export interface ResourceCalls {
    check(
        olds: Values | undefined,
        news: Values,
        /** Of the engine, for names that are made up: 32 bytes, the same for a check that is asked again. */
        randomSeed: Uint8Array,
    ): { readonly inputs: Values; readonly failures: readonly Failure[] };
    diff(stored: Stored, news: Values): DiffAnswer;
    /** @throws CallError with the state, where it exists though the call failed */
    create(inputs: Values, preview: boolean): Promise<{ readonly id: string; readonly state: Values }>;
    /** Undefined where it is gone. `inputs` of a state are empty where it is to be imported. */
    read(stored: Stored): Promise<{ readonly state: Values; readonly inputs: Values } | undefined>;
    update(stored: Stored, news: Values, preview: boolean): Promise<Values>;
    delete(stored: Stored): Promise<void>;
}

export interface ServerOptions {
    /** Name of the package, e.g. `tidegate`. */
    readonly name: string;
    readonly version: string;
    /**
     * Calls of the type with this token, e.g. `tidegate:embedded:Process`.
     * @throws where there is no such type
     */
    resource(type: string, context: CallContext): ResourceCalls;
    /** Answers a function of the package. @default there is none */
    invoke?(token: string, args: Values): Promise<Values>;
    /** The provider's own settings, of which JSON texts are parsed. @default they are not looked at */
    configure?(settings: Values): void;
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
/** Members that are undefined are left out: the wire has no word for them. */
const struct = (plain: Values): Struct =>
    Struct.fromJavaScript(JSON.parse(JSON.stringify(plain)) as Parameters<typeof Struct.fromJavaScript>[0]);

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

/** A provider's settings that are no texts come as JSON. Digits stay a text: they may be an account, `012345678901`. */
function parsedTexts(settings: Values): Values {
    const parsed = (value: unknown): unknown => {
        if (typeof value !== "string" || !/^[[{]|^(true|false)$/.test(value)) return value;
        try {
            return JSON.parse(value) as unknown;
        } catch {
            return value;
        }
    };
    return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, parsed(value)]));
}

export async function serve(options: ServerOptions): Promise<RunningServer> {
    const abort = new AbortController();
    const engine =
        options.engineAddress === undefined
            ? undefined
            : new EngineClient(options.engineAddress, grpc.credentials.createInsecure());
    const underWay = new Set<Promise<unknown>>();

    const contextOf = (urn: string): CallContext => ({
        urn,
        signal: abort.signal,
        log: (text) => {
            const request = new LogRequest();
            request.setSeverity(LogSeverity.INFO);
            request.setMessage(text);
            request.setUrn(urn);
            request.setEphemeral(true);
            engine?.log(request, () => {});
        },
    });

    const callsOf = (request: Request): ResourceCalls =>
        options.resource(typeOf(request.getUrn()), contextOf(request.getUrn()));

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
            answer.setSchema(JSON.stringify({ name: options.name, version: options.version }));
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
        configure: (
            call: Call<wire.ConfigureRequest, wire.ConfigureResponse>,
            callback: grpc.sendUnaryData<wire.ConfigureResponse>,
        ) => {
            try {
                options.configure?.(parsedTexts(unwrap(values(call.request.getArgs())).values));
            } catch (error) {
                return callback(serviceError(error));
            }
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
            const { inputs, failures } = callsOf(request).check(
                olds,
                values(request.getNews()),
                request.getRandomseed_asU8(),
            );
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
            const { changes, deleteBeforeReplace } = callsOf(request).diff(
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
            return callsOf(request)
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
                const found = await callsOf(request).read({
                    id: request.getId(),
                    inputs: values(request.getInputs()),
                    state: values(request.getProperties()),
                });
                if (found === undefined) return answer;
                answer.setId(request.getId());
                answer.setInputs(struct(found.inputs));
                answer.setProperties(struct(found.state));
                return answer;
            },
            (request) => [request.getId(), request.getInputs()],
        ),
        update: method(
            async (request: wire.UpdateRequest) => {
                const state = await callsOf(request).update(
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
            await callsOf(request).delete({
                id: request.getId(),
                inputs: values(request.getOldInputs()),
                state: values(request.getProperties()),
            });
            return new Empty();
        }, nothing),
        invoke: (
            call: Call<wire.InvokeRequest, wire.InvokeResponse>,
            callback: grpc.sendUnaryData<wire.InvokeResponse>,
        ) => {
            const work = (async () => {
                if (options.invoke === undefined)
                    throw new Error(`The package ${options.name} has no function ${call.request.getTok()}.`);
                return options.invoke(call.request.getTok(), unwrap(values(call.request.getArgs())).values);
            })().then(
                (answered) => {
                    const answer = new wire.InvokeResponse();
                    answer.setReturn(struct(answered));
                    callback(null, answer);
                },
                (error: unknown) => callback(serviceError(error)),
            );
            underWay.add(work);
            void work.finally(() => underWay.delete(work));
        },
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
