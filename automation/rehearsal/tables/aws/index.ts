/** What is known of Amazon Web Services, as @pulumi/aws makes it. */
import sdk from "@pulumi/aws/package.json";
import type { PackageTable } from "../../row";
import { accountId } from "./common";
import * as appautoscaling from "./appautoscaling";
import * as cloudwatch from "./cloudwatch";
import * as ec2 from "./ec2";
import * as eks from "./eks";
import * as iam from "./iam";
import * as kms from "./kms";
import * as msk from "./msk";
import * as mskTopics from "./mskTopics";
import * as rds from "./rds";
import * as routes from "./routes";
import * as s3 from "./s3";
import * as vpc from "./vpc";

const services = [iam, kms, s3, cloudwatch, vpc, routes, ec2, eks, msk, mskTopics, rds, appautoscaling];

export const table: PackageTable = {
    version: sdk.version,
    rows: services.flatMap(({ rows }) => rows),
    invokes: {
        "aws:index/getCallerIdentity:getCallerIdentity": (_args, settings) => ({
            id: accountId(settings),
            accountId: accountId(settings),
            arn: `arn:aws:sts::${accountId(settings)}:assumed-role/rehearsal/rehearsal`,
            userId: "rehearsal",
        }),
        "aws:index/getRegion:getRegion": (_args, settings) => ({
            id: settings["region"],
            name: settings["region"],
            region: settings["region"],
        }),
        // Regions have more or fewer; three is what most have.
        "aws:index/getAvailabilityZones:getAvailabilityZones": (_args, settings) => {
            const letters = ["a", "b", "c"];
            return {
                id: settings["region"],
                names: letters.map((letter) => `${String(settings["region"])}${letter}`),
                zoneIds: letters.map((_, index) => `${String(settings["region"])}-az${index + 1}`),
                groupNames: [settings["region"]],
            };
        },
        "aws:index/getPartition:getPartition": () => ({
            id: "aws",
            partition: "aws",
            dnsSuffix: "amazonaws.com",
            reverseDnsPrefix: "com.amazonaws",
        }),
    },
    examples: Object.assign({}, ...services.map(({ examples }) => examples)) as PackageTable["examples"],
};
