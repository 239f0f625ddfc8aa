import assert from "node:assert/strict";
import { shellText } from "../../automation/core/shellQuote";
import { findCommand, importIdOf, labelValueOf, tagValueOf } from "../../automation/engine/urnTag";

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
        const text = (type: string, inputs: object): string =>
            shellText(findCommand({ type, inputs: { ...inputs } }) ?? assert.fail(type));
        assert.equal(
            text("aws:ec2/vpc:Vpc", { region: "eu-west-1", tags }),
            `aws resourcegroupstaggingapi get-resources --tag-filters Key=tidegate:urn,Values=${tags["tidegate:urn"]} --query 'ResourceTagMappingList[].ResourceARN' --output text --region eu-west-1`,
        );
        assert.match(text("aws:iam/policy:Policy", { tags }), / --region us-east-1$/);
        assert.equal(
            text("azure-native:storage:StorageAccount", { tags }),
            `az resource list --tag tidegate:urn=${tags["tidegate:urn"]} --query '[].id' --output tsv`,
        );
        const label = labelValueOf(urn("data"));
        for (const inputs of [
            { labels: { "tidegate-urn": label } },
            { resourceLabels: { "tidegate-urn": label } },
            { settings: { userLabels: { "tidegate-urn": label } } },
        ])
            assert.equal(
                text("gcp:x/y:Y", { project: "acme", ...inputs }),
                `gcloud asset search-all-resources --query=labels.tidegate-urn=${label} '--format=value(name)' --scope=projects/acme`,
            );
    });

    it("is words, of which none can be more than it seems", () => {
        const region = "eu-west-1 --endpoint-url https://elsewhere";
        assert.doesNotMatch(
            findCommand({ type: "aws:ec2/vpc:Vpc", inputs: { region, tags } })?.join(" ") ?? "",
            /elsewhere/,
        );
        assert.equal(shellText(["a", "it's", "$(b)"]), "a 'it'\\''s' '$(b)'");
    });

    it("is none for what has no such tag", () => {
        for (const inputs of [{}, { tags: { team: "a" } }, { tags: ["tidegate:urn"] }, { tags: null }])
            assert.equal(findCommand({ type: "aws:ec2/vpc:Vpc", inputs }), undefined);
        assert.equal(findCommand({ type: "kubernetes:core/v1:Secret", inputs: { tags } }), undefined);
    });
});

describe("what a cloud's command line has found", () => {
    const arn = (service: string, resource: string): string => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;

    it("is told as the id by which Pulumi imports it", () => {
        const cluster = arn("kafka", "cluster/events/1f2e-3");
        for (const [type, found, id] of [
            ["aws:ec2/vpc:Vpc", arn("ec2", "vpc/vpc-1"), "vpc-1"],
            [
                "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
                arn("ec2", "security-group-rule/sgr-1"),
                "sgr-1",
            ],
            ["aws:kms/key:Key", arn("kms", "key/1f-2e"), "1f-2e"],
            ["aws:msk/cluster:Cluster", cluster, cluster],
            ["aws:eks/addon:Addon", arn("eks", "addon/prod/coredns/1f-2e"), "prod:coredns"],
            [
                "gcp:compute/network:Network",
                "//compute.googleapis.com/projects/acme/global/networks/n",
                "projects/acme/global/networks/n",
            ],
            ["azure-native:network:VirtualNetwork", "/subscriptions/1/x", "/subscriptions/1/x"],
        ] as const)
            assert.equal(importIdOf(type, found), id, type);
    });

    it("is told of no type whose ids are not known, and of nothing else", () => {
        assert.equal(importIdOf("aws:sns/topic:Topic", arn("sns", "t")), undefined);
        for (const id of ["vpc-1", "//storage.googleapis.com/bucket", "x"])
            for (const type of [
                "aws:ec2/vpc:Vpc",
                "gcp:storage/bucket:Bucket",
                "azure-native:network:Subnet",
                "sim:index:Key",
            ])
                assert.equal(importIdOf(type, id), undefined, `${type} ${id}`);
    });
});
