/** Whoever uses a component by itself is told what is wrong before anything is made. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { demandArgs, rulesOf } from "../../components/arguments";
import { CloudSqlPostgres } from "../../components/database/cloudsql";
import { ClusterPostgres } from "../../components/database/cluster";
import { ExternalPostgres } from "../../components/database/external";
import { FlexibleServerPostgres } from "../../components/database/flexibleServer";
import { RdsPostgres } from "../../components/database/rds";
import { DbtOnCluster } from "../../components/dbt/kubernetes";
import { KubernetesObservability } from "../../components/observability/kubernetes";
import { DockerRuntime } from "../../components/runtime/docker";
import { ExternalRuntime } from "../../components/runtime/external";
import { DockerStorage } from "../../components/storage/docker";
import { S3Storage } from "../../components/storage/s3";

type Component = new (name: string, args: never) => unknown;

const wrong: readonly (readonly [Component, args: object, says: RegExp])[] = [
    [S3Storage, { environment: "Prod/1" }, /S3 cannot be made.*'environment': 1 to 20 lower-case letters/],
    [S3Storage, { tags: { "aws:team": "x", team: "Data" } }, /'tags\.aws:team': 1 to 63 lower-case.*'tags\.team'/],
    [RdsPostgres, { backupDays: 0 }, /RDS cannot be made.*'backupDays'/],
    [RdsPostgres, { version: "9.6", storageGb: 1 }, /'version': a major version of PostgreSQL.*'storageGb'/],
    [RdsPostgres, { storageGb: 200, maxStorageGb: 17_000 }, /'maxStorageGb'/],
    [RdsPostgres, { databaseName: 'lake"; DROP ROLE x; --' }, /'databaseName': 1 to 63 lower-case letters/],
    [CloudSqlPostgres, { tier: "large" }, /Cloud SQL cannot be made.*'tier': e\.g\. db-custom/],
    [FlexibleServerPostgres, { storageGb: 33 }, /flexible server cannot be made.*'storageGb'/],
    [FlexibleServerPostgres, { backupDays: 6 }, /'backupDays'/],
    [ClusterPostgres, { memoryMiB: 1, databaseName: "x all all trust" }, /'memoryMiB'.*'databaseName'/],
    [ExternalPostgres, { port: 0, secretRef: "hunter2" }, /'port'.*'secretRef'/],
    [S3Storage, { oldVersionDays: 0, accessLogDays: 1.5 }, /'oldVersionDays'.*'accessLogDays'/],
    [DockerStorage, { ports: { s3: 80 } }, /'ports\.s3'/],
    [DockerRuntime, { taskSlots: 0 }, /'taskSlots'/],
    [ExternalRuntime, { flinkRest: "flink.example.com:8081" }, /'flinkRest'/],
    [DbtOnCluster, { schedule: "@daily" }, /'schedule': has to be five fields of cron/],
    [DbtOnCluster, { timeZone: "Mars/Olympus" }, /'timeZone': has to be a name of the tz database/],
    [KubernetesObservability, { freshnessMinutes: 0 }, /'freshnessMinutes'/],
];

describe("the arguments of a component", () => {
    for (const [Made, args, says] of wrong)
        it(`${Made.name} is not given ${JSON.stringify(args)}`, () => {
            assert.throws(
                () => new Made("it", args as never),
                (error: Error & { code?: string; hint?: string }) => {
                    assert.equal(error.code, "arguments-invalid", error.message);
                    assert.match(error.message, says);
                    assert.ok(error.hint);
                    assert.ok(!error.message.includes("hunter2"), "a value is not said");
                    return true;
                },
            );
        });

    it("are judged where they are given and known, by rules that are not of another form", () => {
        const rules = rulesOf(
            z.strictObject({ profile: z.literal("x"), count: z.number().min(1), other: z.string() }),
            "other",
        );
        assert.deepEqual(Object.keys(rules), ["count"]);
        for (const count of [undefined, pulumi.output(0), Promise.resolve(0), 1])
            assert.doesNotThrow(() => demandArgs("It", rules, { count, other: 7, profile: "y" }));
        assert.throws(() => demandArgs("It", rules, { count: 0 }), { code: "arguments-invalid" });
    });
});
