import * as pulumi from "@pulumi/pulumi";

export interface FlinkSqlJobArgs {
    /** JobManager's REST API. */
    flinkRest: pulumi.Input<string>;
    /** SQL gateway, without the version path. */
    sqlGateway: pulumi.Input<string>;
    /** `pipeline.name`; a change replaces. */
    name: string;
    /** Run in one session; the last one submits the job. A change stops the job with a savepoint and starts it from there. */
    statements: pulumi.Input<string[]>;
    /** URI of the folder of savepoints. */
    savepoints: pulumi.Input<string>;
    /** URI of the folder under which Flink keeps `<job>/chk-<n>`. */
    checkpoints: pulumi.Input<string>;
    /** What to do where a changed script can't go on from the old state. @default fail */
    onIncompatibleState?: "fail" | "fresh";
    /** For the start and for a savepoint, each. @default 120 */
    timeoutSeconds?: number;
}

/** A streaming job on a session cluster. One that has ended, or that a restarted cluster forgot, is drift: `up` starts it. */
export class FlinkSqlJob extends pulumi.CustomResource {
    /** 32 hexadecimal digits. */
    declare readonly jobId: pulumi.Output<string>;
    /** Flink's, or LOST. */
    declare readonly state: pulumi.Output<string>;
    declare readonly running: pulumi.Output<boolean>;
    /** SHA-256 of the statements. */
    declare readonly digest: pulumi.Output<string>;
    /** Empty: none was made. */
    declare readonly savepoint: pulumi.Output<string>;
    /** Newest completed checkpoint when it was last looked. */
    declare readonly checkpoint: pulumi.Output<string>;
    /** Empty: started from scratch. */
    declare readonly restoredFrom: pulumi.Output<string>;

    constructor(name: string, args: FlinkSqlJobArgs, options?: pulumi.CustomResourceOptions) {
        const outputs = { jobId: undefined, state: undefined, running: undefined, digest: undefined };
        const paths = { savepoint: undefined, checkpoint: undefined, restoredFrom: undefined };
        super("tidegate:embedded:FlinkSqlJob", name, { ...outputs, ...paths, ...args }, options);
    }
}
