/** What a transformation puts on resources, as the engine would be told of it. */
import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as gcp from "@pulumi/gcp";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labelValueOf, tagValueOf } from "../../automation/engine/urnTag";
import { at } from "../../components/provider/values";
import { urnTags } from "../../stacks/urnTags";
import { making } from "../components/mocks";

class Layer extends pulumi.ComponentResource {
    constructor(options: pulumi.ComponentResourceOptions) {
        super("tidegate:storage:S3", "storage", {}, options);
    }
}

const urn = (types: string, name: string): string =>
    `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${types}::${name}`;

describe("resources of a cloud say which one of their stack they are", () => {
    const made = (build: (parent: Layer, options: pulumi.CustomResourceOptions) => void) =>
        making((options) => {
            const transformations = [...(options.transformations ?? []), urnTags];
            const layer = new Layer({ ...options, transformations });
            build(layer, { parent: layer });
            return {};
        });

    it("by a tag on AWS, beside those that they have, below their component and alone", async () => {
        const program = await made((_, options) => {
            new aws.s3.Bucket("data", { tags: { team: "a" } }, options);
            new aws.kms.Key("alone", { tags: { team: "a" } }, { transformations: [urnTags] });
        });
        assert.deepEqual(program.one("aws:s3/bucket:Bucket").inputs["tags"], {
            team: "a",
            "tidegate:urn": tagValueOf(urn("tidegate:storage:S3$aws:s3/bucket:Bucket", "data")),
        });
        assert.deepEqual(program.one("aws:kms/key:Key").inputs["tags"], {
            team: "a",
            "tidegate:urn": tagValueOf(urn("aws:kms/key:Key", "alone")),
        });
    });

    it("by a label on Google Cloud, wherever a type has its labels", async () => {
        const program = await made((_, options) => {
            new gcp.storage.Bucket("data", { location: "EU", labels: { team: "a" } }, options);
            new gcp.sql.DatabaseInstance(
                "db",
                { databaseVersion: "POSTGRES_17", settings: { tier: "db-f1-micro", userLabels: { team: "a" } } },
                options,
            );
        });
        const label = labelValueOf(urn("tidegate:storage:S3$gcp:storage/bucket:Bucket", "data"));
        assert.deepEqual(program.one("gcp:storage/bucket:Bucket").inputs["labels"], {
            team: "a",
            "tidegate-urn": label,
        });
        const { settings } = program.one("gcp:sql/databaseInstance:DatabaseInstance").inputs;
        assert.equal(at(settings, ["tier"]), "db-f1-micro");
        assert.equal(
            at(settings, ["userLabels", "tidegate-urn"]),
            labelValueOf(urn("tidegate:storage:S3$gcp:sql/databaseInstance:DatabaseInstance", "db")),
        );
    });

    it("and leaves alone what has no tags of ours, or has them as something else", async () => {
        const program = await made((_, options) => {
            new aws.s3.BucketVersioning(
                "versions",
                { bucket: "b", versioningConfiguration: { status: "Enabled" } },
                options,
            );
            new aws.s3.Bucket("bare", {}, options);
            new kubernetes.core.v1.ConfigMap("map", { metadata: { name: "m", labels: { team: "a" } } }, options);
        });
        for (const { inputs } of program.made) assert.doesNotMatch(JSON.stringify(inputs), /tidegate.urn/);
    });
});
