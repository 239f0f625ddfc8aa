/**
 * What is known of one resource type of a cloud: enough that a program that the simulation accepts is one that the real
 * cloud would not refuse for the reasons listed here, and no more than its source says. docs/rehearsal-fidelity.md is
 * written from these rows.
 */
import type { SimulatedCloud, Thing } from "./cloud";
import type { Values } from "../../components/provider/values";

/** Where a resource is made: what the provider was configured with, and who asks. */
export interface Surroundings {
    readonly cloud: SimulatedCloud;
    /** The settings of the provider, e.g. `region`. */
    readonly settings: Values;
    /** Of the resource: its parent type, for `urn:…::name`. */
    readonly urn: string;
    /** The name that the program gives the resource. */
    readonly name: string;
}

/** A resource that is being made or changed. */
export interface Making extends Surroundings {
    readonly id: string;
    readonly inputs: Values;
    /** Outputs as they were before a change; empty while it is made. */
    readonly before: Values;
    /** 12 hexadecimal digits, the same in each output of one resource, and for all its life. */
    readonly token: string;
}

/** Something else in the cloud that an input names. */
export interface Reference {
    /** Path of the input, e.g. `vpcId`, `subnetIds` (each of a list), `vpcConfig.subnetIds`. */
    readonly input: string;
    /** Token of the type that it names; several where any of them will do. */
    readonly type: string | readonly string[];
    /** Output of that one that the input equals. @default "id" */
    readonly by?: string;
    /** Whether that one cannot be deleted while this one is there. @default true */
    readonly holds?: boolean;
}

export interface Latency {
    /** Seconds that the cloud takes, typically. */
    readonly create: number;
    /** @default a tenth of create, at least 1 */
    readonly update?: number;
    /** @default half of create, at least 1 */
    readonly delete?: number;
    /** Whether the source gives the figure of `create`; it is counted, by what else the source says, where it does not. @default false */
    readonly published?: boolean;
    /** Where the figures come from. */
    readonly source: string;
}

export interface Row {
    /** Pulumi's token, e.g. `aws:s3/bucket:Bucket`. */
    readonly token: string;
    /** Where what stands here is from: an address, or a file of the SDK. */
    readonly source: string;
    /** Paths of inputs whose change makes another resource: `bucket`, `vpcConfig.subnetIds`; a path covers what is below it. */
    readonly replaceOn: readonly string[];
    /**
     * Whether the old one has to go before the new one can be made; a provider may tell by its inputs.
     * @default as Pulumi's bridge and azure-native do: where the type has an `autoName` and the program keeps a name of its own
     */
    readonly deleteBeforeReplace?: boolean | ((old: Values, now: Values) => boolean);
    /** Inputs without which it is refused. @default none */
    readonly required?: readonly string[];
    /**
     * The input that the provider makes up from the resource's name where it is not given: `<name>-<7 hex digits>`. It may
     * be a path, `metadata.name`; `mark` is what the provider sets beside it, to know later that the name is its own.
     */
    readonly autoName?: {
        readonly input: string;
        readonly separator?: string;
        readonly digits?: number;
        readonly mark?: { readonly path: readonly string[]; readonly value: unknown };
    };
    /**
     * Inputs that no two resources of the type may share: `["bucket"]`, `["vpcId", "cidrBlock"]`. Empty: any number of
     * equal ones may be there, as far as the cloud cares, which is what makes a lost answer dangerous. So may be those to
     * which no name is given (`name`, `clusterName`); another input that is not given counts as it is.
     */
    readonly unique: readonly string[];
    /** Whether a second create of the same answers with what is there, instead of being refused. @default false */
    readonly idempotent?: boolean;
    /** @default [] */
    readonly references?: readonly Reference[];
    /** @default the token of the resource, after the type's short name */
    readonly id?: (making: Omit<Making, "id">) => string;
    /**
     * Outputs that the program may read and that it did not give, by their paths: `arn`, `vpcConfig.vpcId`. One that is an
     * input's is used where that is absent; of an object that is given too (`oidcIssuerProfile`) the members that are not.
     */
    readonly computed: Readonly<Record<string, (making: Making) => unknown>>;
    /** Outputs that are secret whatever the inputs are. @default none */
    readonly secret?: readonly string[];
    /** Why the cloud would refuse these inputs; undefined where it would not. Asked at create and update. */
    readonly refuses?: readonly Refusal[];
    /** Why it cannot be deleted as it is; undefined where it can. */
    readonly keeps?: (thing: Thing, cloud: SimulatedCloud) => string | undefined;
    /** Whether its deletion takes along whatever has an id below its own, `<id>/…`. @default false */
    readonly contains?: boolean;
    /** What lies in it, with `contains`, where ids do not tell. @default whatever has an id below its own */
    readonly inside?: (thing: Thing, other: Thing) => boolean;
    /**
     * Outputs of what is there though no rehearsal has made it, for a program that only reads it (`Type.get`): a thing that
     * somebody else runs. @default nothing is
     */
    readonly presumes?: (id: string, cloud: SimulatedCloud) => Values | undefined;
    readonly latency: Latency;
    /** What the identity that deploys has to be allowed, as the cloud names it; `tables/permissions.ts` has the page of each. */
    readonly permissions: readonly string[];
}

export interface Refusal {
    /** For docs/rehearsal-fidelity.md: what is refused, e.g. "a KRaft cluster of fewer brokers than zones". */
    readonly what: string;
    /** Where it is said that the cloud does so. */
    readonly source: string;
    /** What the cloud says, where it does refuse. */
    readonly because: (inputs: Values, cloud: SimulatedCloud) => string | undefined;
    /** Inputs that it refuses, laid over those of `example`: the row's test. */
    readonly refused: Values;
}

/** A function of a package, by its token: `aws:index/getCallerIdentity:getCallerIdentity`. */
export type Invoke = (args: Values, settings: Values, cloud: SimulatedCloud) => Values;

/** All that is known of a provider. */
export interface PackageTable {
    /** Of the npm package that the tables were written for: no plugin of an older version is taken for it. */
    readonly version: string;
    readonly rows: readonly Row[];
    /**
     * What of a simulated cloud a provider with these settings sees, where that is not all of it: names are unique in it, and
     * nothing outside is found. E.g. one of several clusters.
     */
    readonly scope?: (settings: Values) => string;
    readonly invokes: Readonly<Record<string, Invoke>>;
    /**
     * Inputs that a create of each type takes, for the tests of the rows. By token; more of a type, where one does not do,
     * by `<token>#<name>`. A value `{ example: <key> }` stands for the id of that one, `{ example, by: "arn" }` for an output.
     */
    readonly examples: Readonly<Record<string, Values>>;
}
