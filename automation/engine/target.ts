/**
 * What the driver has to know of somebody's stacks to run Pulumi on them. Whoever owns the graph says it: the lakehouse
 * for its layers (automation/lakehouse/home.ts), plain settings for ordinary Pulumi projects (projectHome.ts).
 */

/** A CrossGuard policy pack. */
export interface PolicyPack {
    /** Absolute folder. */
    readonly path: string;
    /** Absolute JSON file, or what would stand in one; undefined: as the pack has it. */
    readonly config: string | Readonly<Record<string, unknown>> | undefined;
}

/** One Pulumi stack, ready to be worked on. */
export interface StackTarget {
    /** Its short name, for people: `dev-network`. */
    readonly stack: string;
    /** As the CLI takes it whatever is selected: `organization/<project>/<stack>`. */
    readonly fullName: string;
    /** Holds the Pulumi.yaml of its project. */
    readonly workDirectory: string;
    /** Environment of the engine and of the program, beside that of this process. */
    readonly variables: Readonly<Record<string, string>>;
    /** What each preview and up has to pass. */
    readonly policyPacks: readonly PolicyPack[];
    /** What a stack that has to be made encrypts with; undefined: the backend's own. */
    readonly secretsProvider: string | undefined;
    /** Absolute file of its state, where the backend is files: what the CLI is not needed for is read there. */
    readonly checkpoint: string | undefined;
    /** Whether the backend knows it; undefined where only Pulumi can tell. */
    readonly exists: boolean | undefined;
}

/** Where the stacks of one environment live. */
export interface Home {
    /** Name of the environment. */
    readonly environment: string;
    /** Whether nothing of it is real: it is a rehearsal. @default false */
    readonly simulated?: boolean;
    /** Of the driver: its lock and reports. */
    readonly directory: string;
    /** URL of its ledger, beside the state where that is a folder or a bucket; a `file://` is absolute. */
    readonly ledger: string;
    /** What the environment gives its programs and is not in a file of theirs. */
    readonly settings: Readonly<Record<string, string>>;
    /** What each preview and up of it has to pass. */
    readonly policyPacks: readonly PolicyPack[];
    /**
     * Before anything is touched: makes what is missing, and finds a state that cannot be gone on from. Idempotent.
     * @throws TidegateError
     */
    prepare(): Promise<void>;
    /** Environment of Pulumi, its programs and all steps, beside that of this process. */
    variables(): Promise<Readonly<Record<string, string>>>;
    /** The folder that the stack of a node is deployed from, with its Pulumi.yaml; nothing else is done to it. */
    workDirectory(node: string): Promise<string>;
    /** What the stack of a node is, for a look at it or an operation on it. */
    target(node: string): Promise<StackTarget>;
    /** Before an operation: takes away what a dead process has left in its way. Answers with a line for each. */
    unlock(node: string): Promise<readonly string[]>;
    /** Tells one state of the stack from another; undefined where there is none. */
    version(node: string): Promise<string | undefined>;
    /** Whether operations on its resources were begun and never ended; undefined where only Pulumi can tell. */
    pending(node: string): Promise<boolean | undefined>;
    /** Whether the stack of a node is there; undefined where only Pulumi can tell. */
    exists(node: string): Promise<boolean | undefined>;
}
