/**
 * The engine's analyser protocol (pulumi/pulumi, proto/pulumi/analyzer.proto, v3.250.0), served to one engine for one
 * operation on one stack. The port is the first line of the standard output.
 */
import * as grpc from "@grpc/grpc-js";
import { AnalyzerService } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import type { Map as PbMap } from "google-protobuf";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { unwrap, type Values } from "../../components/provider/values";
import type { Context, Level, Pack, Policy, PolicySettings, Resource, Violation } from "./pack";

/** As the SDKs of Pulumi have it, in bytes. */
const maxMessage = 400 * 1024 * 1024;

const levels: Readonly<Record<Level, analyzer.EnforcementLevel>> = {
    advisory: analyzer.EnforcementLevel.ADVISORY,
    mandatory: analyzer.EnforcementLevel.MANDATORY,
    disabled: analyzer.EnforcementLevel.DISABLED,
};

/** `remediate` is what this pack does not do: it demands the same. */
function levelOf(level: analyzer.EnforcementLevel): Level {
    if (level === analyzer.EnforcementLevel.ADVISORY) return "advisory";
    return level === analyzer.EnforcementLevel.DISABLED ? "disabled" : "mandatory";
}

const valuesOf = (struct: Struct | undefined): Values => (struct?.toJavaScript() ?? {}) as Values;

/** Of a map on the wire: its `toArray` gives messages as bare arrays. */
const entriesOf = <Value>(map: PbMap<string, Value> | undefined): [string, Value][] =>
    [...(map?.entries() ?? [])] as [string, Value][];

function resourceOf(request: analyzer.AnalyzeRequest | analyzer.AnalyzerResource): Resource {
    const whole = request instanceof analyzer.AnalyzerResource ? request : undefined;
    const dependencies = entriesOf(whole?.getPropertydependenciesMap()).map(
        ([property, from]) => [property, from.getUrnsList()] as const,
    );
    return {
        type: request.getType(),
        name: request.getName(),
        urn: request.getUrn(),
        ...unwrap(valuesOf(request.getProperties())),
        protect: request.getOptions()?.getProtect() ?? false,
        parent: whole?.getParent() || (request.getOptions()?.getParent() ?? ""),
        dependencies: Object.fromEntries(dependencies),
    };
}

type Handler<Request, Response> = (request: Request) => Response | Promise<Response>;

/** An error ends the operation; its text is what a person reads, so it is one of ours. */
const handled =
    <Request, Response>(handler: Handler<Request, Response>): grpc.handleUnaryCall<Request, Response> =>
    async (call, reply) => {
        try {
            reply(null, await handler(call.request));
        } catch (error) {
            const details = error instanceof Error ? error.message : String(error);
            reply({ code: grpc.status.UNKNOWN, details });
        }
    };

/** One pack at work, without the wire: what the engine asks, in its order. */
export class Analyzer {
    private context: Context = {
        project: "",
        stack: "",
        directory: undefined,
        configuration: new Map(),
        secretKeys: new Set(),
    };
    private settings: ReadonlyMap<string, { readonly level: Level; readonly settings: PolicySettings }> = new Map();

    constructor(private readonly pack: Pack) {}

    shake(directory: string | undefined): void {
        if (directory) this.context = { ...this.context, directory };
    }

    configureStack(stack: Omit<Context, "directory">): void {
        this.context = { ...this.context, ...stack };
    }

    configure(settings: ReadonlyMap<string, { readonly level: Level; readonly settings: PolicySettings }>): void {
        this.settings = settings;
    }

    async analyze(resource: Resource): Promise<Found[]> {
        return this.run((policy, settings) => policy.resource?.(resource, this.context, settings) ?? []);
    }

    async analyzeStack(resources: readonly Resource[]): Promise<Found[]> {
        return this.run((policy, settings) => policy.stack?.(resources, this.context, settings) ?? []);
    }

    private async run(look: (policy: Policy, settings: PolicySettings) => ReturnType<Look>): Promise<Found[]> {
        const found: Found[] = [];
        for (const policy of this.pack.policies) {
            const { level, settings } = this.settings.get(policy.name) ?? {
                level: policy.level ?? "mandatory",
                settings: {},
            };
            if (level === "disabled") continue;
            for (const violation of await look(policy, settings)) found.push({ policy, level, violation });
        }
        return found;
    }
}

type Look = () => Iterable<Violation> | Promise<Iterable<Violation>>;

export interface Found {
    readonly policy: Policy;
    readonly level: Level;
    readonly violation: Violation;
}

function answer(pack: Pack, found: readonly Found[]): analyzer.AnalyzeResponse {
    const diagnostics = found.map(({ policy, level, violation }) =>
        new analyzer.AnalyzeDiagnostic()
            .setPolicyname(policy.name)
            .setPolicypackname(pack.name)
            .setPolicypackversion(pack.version)
            .setDescription(policy.description)
            .setMessage(violation.message)
            .setEnforcementlevel(levels[level])
            .setUrn(violation.urn ?? ""),
    );
    return new analyzer.AnalyzeResponse().setDiagnosticsList(diagnostics);
}

function describe(pack: Pack): analyzer.AnalyzerInfo {
    const policies = pack.policies.map((policy) =>
        new analyzer.PolicyInfo()
            .setName(policy.name)
            .setDescription(policy.description)
            .setEnforcementlevel(levels[policy.level ?? "mandatory"])
            .setPolicyType(
                policy.resource !== undefined
                    ? analyzer.PolicyType.POLICY_TYPE_RESOURCE
                    : analyzer.PolicyType.POLICY_TYPE_STACK,
            ),
    );
    return new analyzer.AnalyzerInfo()
        .setName(pack.name)
        .setVersion(pack.version)
        .setDescription(pack.description)
        .setSupportsconfig(true)
        .setPoliciesList(policies);
}

/** The class of the empty message that the generated service checks for; another copy of it would be refused. */
const empty = (): object =>
    new (AnalyzerService.configure as unknown as { responseType: new () => object }).responseType();

function implementation(pack: Pack): grpc.UntypedServiceImplementation {
    const analyser = new Analyzer(pack);
    return {
        handshake: handled((request: analyzer.AnalyzerHandshakeRequest) => {
            analyser.shake(request.getProgramDirectory() || request.getRootDirectory());
            return new analyzer.AnalyzerHandshakeResponse();
        }),
        configureStack: handled((request: analyzer.AnalyzerStackConfigureRequest) => {
            analyser.configureStack({
                project: request.getProject(),
                stack: request.getStack(),
                configuration: new Map(request.getConfigMap().toArray()),
                secretKeys: new Set(request.getConfigSecretKeysList()),
            });
            return new analyzer.AnalyzerStackConfigureResponse();
        }),
        configure: handled((request: analyzer.ConfigureAnalyzerRequest) => {
            analyser.configure(
                new Map(
                    entriesOf(request.getPolicyconfigMap()).map(([name, config]) => {
                        const level = levelOf(config.getEnforcementlevel());
                        return [name, { level, settings: valuesOf(config.getProperties()) }];
                    }),
                ),
            );
            return empty();
        }),
        analyze: handled(async (request: analyzer.AnalyzeRequest) =>
            answer(pack, await analyser.analyze(resourceOf(request))),
        ),
        analyzeStack: handled(async (request: analyzer.AnalyzeStackRequest) =>
            answer(pack, await analyser.analyzeStack(request.getResourcesList().map(resourceOf))),
        ),
        remediate: handled(() => new analyzer.RemediateResponse()),
        getAnalyzerInfo: handled(() => describe(pack)),
        getPluginInfo: handled(() => new plugin.PluginInfo().setVersion(pack.version)),
        cancel: handled(empty),
    };
}

/** Serves the pack until the engine ends this process. */
export function serve(pack: Pack): void {
    const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessage });
    server.addService(AnalyzerService as unknown as grpc.ServiceDefinition, implementation(pack));
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) throw error;
        process.stdout.write(`${port}\n`);
    });
}
