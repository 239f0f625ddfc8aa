import assert from "node:assert/strict";
import { findCommand, labelValueOf, tagValueOf } from "../../automation/engine/urnTag";

const urn = (name: string): string =>
    `urn:pulumi:dev-storage::tidegate::tidegate:storage:S3$aws:s3/bucket:Bucket::${name}`;

describe("the tag that names a resource's URN", () => {
    it("holds the URN as far as a cloud takes it", () => {
        assert.equal(
            tagValueOf(urn("data")),
            "urn:pulumi:dev-storage::tidegate::tidegate:storage:S3+aws:s3/bucket:Bucket::data",
        );
        for (const name of ["data", "a".repeat(400), "with $ and (signs) <of> all \\ kinds?", "ä"])
            assert.match(tagValueOf(urn(name)), /^[\p{L}\p{N} _.:/=+@-]{1,256}$/u, name);
    });

    it("tells apart what is longer than a tag may be", () => {
        const [one, other] = ["a", "b"].map((end) => tagValueOf(urn(`${"x".repeat(300)}${end}`)));
        assert.notEqual(one, other);
        assert.equal(one?.length, 256);
    });

    it("is a digest where a label may hold no more", () => {
        assert.match(labelValueOf(urn("data")), /^[a-z0-9_-]{1,63}$/);
        assert.notEqual(labelValueOf(urn("data")), labelValueOf(urn("other")));
    });
});

describe("what finds a resource by that tag", () => {
    const tags = { team: "a", "tidegate:urn": tagValueOf(urn("data")) };

    it("is the command line of its cloud, where its inputs say", () => {
        assert.equal(
            findCommand({ type: "aws:ec2/vpc:Vpc", inputs: { region: "eu-west-1", tags } }),
            `aws resourcegroupstaggingapi get-resources --tag-filters 'Key=tidegate:urn,Values=${tags["tidegate:urn"]}' --region eu-west-1`,
        );
        assert.match(findCommand({ type: "aws:iam/policy:Policy", inputs: { tags } }) ?? "", / --region us-east-1$/);
        assert.equal(
            findCommand({ type: "azure-native:storage:StorageAccount", inputs: { tags } }),
            `az resource list --tag 'tidegate:urn=${tags["tidegate:urn"]}' --query '[].id' --output tsv`,
        );
        const label = labelValueOf(urn("data"));
        for (const inputs of [
            { labels: { "tidegate-urn": label } },
            { resourceLabels: { "tidegate-urn": label } },
            { settings: { userLabels: { "tidegate-urn": label } } },
        ])
            assert.equal(
                findCommand({ type: "gcp:x/y:Y", inputs: { project: "acme", ...inputs } }),
                `gcloud asset search-all-resources --query='labels.tidegate-urn=${label}' --scope=projects/acme`,
            );
    });

    it("is none for what has no such tag", () => {
        for (const inputs of [{}, { tags: { team: "a" } }, { tags: ["tidegate:urn"] }, { tags: null }])
            assert.equal(findCommand({ type: "aws:ec2/vpc:Vpc", inputs }), undefined);
        assert.equal(findCommand({ type: "kubernetes:core/v1:Secret", inputs: { tags } }), undefined);
    });
});
