import assert from "node:assert/strict";
import { ofType, type Made, type Program } from "../aws";
import { make } from "./eksProgram";

describe("the nodes of EksCluster", () => {
    let program: Program;
    before(async () => (program = await make()));
    const groups = (made: readonly Made[]) => ofType(made, "NodeGroup");

    it("are in groups by the class of the jobs that run on them, in private subnets", () => {
        assert.deepEqual(
            groups(program.made).map(({ inputs }) => [inputs["labels"], inputs["scalingConfig"]]),
            [
                [{ "tidegate.dev/resource-class": "small" }, { minSize: 3, desiredSize: 3, maxSize: 3 }],
                [{ "tidegate.dev/resource-class": "medium" }, { minSize: 0, desiredSize: 0, maxSize: 1 }],
                [{ "tidegate.dev/resource-class": "large" }, { minSize: 0, desiredSize: 0, maxSize: 1 }],
            ],
        );
        const { privateSubnetIds } = program.contract["network"] as { privateSubnetIds: string[] };
        for (const { inputs } of groups(program.made)) assert.deepEqual(inputs["subnetIds"], privateSubnetIds);
    });

    it("keep their role from pods, and encrypt their disks", () => {
        const templates = ofType(program.made, "LaunchTemplate");
        assert.equal(templates.length, 3);
        for (const { inputs } of templates) {
            assert.deepEqual(inputs["metadataOptions"], {
                httpEndpoint: "enabled",
                httpTokens: "required",
                httpPutResponseHopLimit: 1,
            });
            const [disk] = inputs["blockDeviceMappings"] as { ebs: { encrypted: string } }[];
            assert.equal(disk?.ebs.encrypted, "true");
        }
    });

    it("may join and pull images, and nothing else", () => {
        const attached = ofType(program.made, "RolePolicyAttachment")
            .filter(({ inputs }) => inputs["role"] === "tidegate-prod-nodes")
            .map(({ inputs }) => inputs["policyArn"]);
        assert.deepEqual(attached.sort(), [
            "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
            "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
        ]);
        const own = ofType(program.made, "RolePolicy").filter(({ inputs }) => inputs["role"] === "tidegate-prod-nodes");
        assert.deepEqual(own, []);
    });

    it("have the image of their processors", async () => {
        const small = { instanceType: "m7g.large", count: 2 };
        const { made } = await make({ nodes: { small, large: { instanceType: "g5.xlarge", count: 1 } } });
        assert.deepEqual(
            groups(made).map(({ inputs }) => inputs["amiType"]),
            ["AL2023_ARM_64_STANDARD", "AL2023_x86_64_STANDARD", "AL2023_x86_64_STANDARD"],
        );
    });
});
