/** What a provisioned cluster of MSK is refused for before anything of it is made. */
import { problem, type Problem } from "../cloud/problem";
import type { MskProvisionedArgs } from "./mskProvisioned";

/** GiB of a broker. Source: https://docs.aws.amazon.com/msk/latest/developerguide/limits.html */
const mostStorage = 16_384;

interface Checked extends MskProvisionedArgs {
    /** One for each zone. */
    readonly subnetIds: readonly unknown[];
    /** Of each topic. */
    readonly replicas: number;
}

export const defaults = {
    kafkaVersion: "3.9.x.kraft",
    instanceType: "kafka.m7g.large",
    storageGb: 100,
    maxStorageGb: 1000,
};

/** Source: https://docs.aws.amazon.com/msk/latest/developerguide/broker-instance-types.html */
const standardBroker =
    /^kafka\.(t3\.small|m5\.(large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge)|m7g\.(large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge))$/;

/** Source: https://docs.aws.amazon.com/msk/latest/developerguide/metadata-management.html */
const firstKraft = [3, 7] as const;

function isBefore(version: string, [first, second]: readonly [number, number]): boolean {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    return major < first || (major === first && minor < second);
}

export const brokersOf = ({ subnetIds, brokersPerZone = 1 }: Checked): number => subnetIds.length * brokersPerZone;

export function* mskProblems(args: Checked): Generator<Problem> {
    const { kafkaVersion = defaults.kafkaVersion, instanceType = defaults.instanceType } = args;
    const { storageGb = defaults.storageGb, maxStorageGb = defaults.maxStorageGb } = args;
    const zones = args.subnetIds.length;
    if (!kafkaVersion.endsWith(".kraft"))
        yield problem(
            "broker.cluster.kafkaVersion",
            `'${kafkaVersion}' is a version with ZooKeeper, from which there is no way to KRaft but another cluster`,
            "Take one that ends in .kraft, e.g. 3.9.x.kraft.",
        );
    else if (isBefore(kafkaVersion, firstKraft))
        yield problem(
            "broker.cluster.kafkaVersion",
            `'${kafkaVersion}' is no version of MSK: there is KRaft from ${firstKraft.join(".")} on`,
            "Take a newer one, e.g. 3.9.x.kraft.",
        );
    if (!standardBroker.test(instanceType))
        yield problem(
            "broker.cluster.instanceType",
            `'${instanceType}' is no Standard broker`,
            "Take kafka.t3.small, or a size of kafka.m5 or kafka.m7g. Express brokers have neither disks nor these settings of their own.",
        );
    if (zones < 2)
        yield problem(
            "foundation.zones",
            "it has one zone: MSK wants subnets in two or three",
            "Set foundation.zones to 2 or 3.",
        );
    if (brokersOf(args) < args.replicas)
        yield problem(
            "broker.cluster.brokersPerZone",
            `${brokersOf(args)} brokers cannot hold the ${args.replicas} replicas of a topic`,
            "Set broker.cluster.brokersPerZone to 2, or foundation.zones to 3.",
        );
    if (storageGb > maxStorageGb || maxStorageGb > mostStorage)
        yield problem(
            "broker.cluster.maxStorageGb",
            `its disks cannot grow from ${storageGb} to ${maxStorageGb} GiB`,
            `broker.cluster.maxStorageGb has to be from storageGb to ${mostStorage}.`,
        );
}
