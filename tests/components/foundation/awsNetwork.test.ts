import assert from "node:assert/strict";
import { ofType, only, zones, type Made, type Program } from "../aws";
import { make } from "./eksProgram";

describe("the network of EksCluster", () => {
    let program: Program;
    before(async () => (program = await make()));
    const cidrs = (made: readonly Made[]) => ofType(made, "Subnet").map(({ inputs }) => inputs["cidrBlock"]);

    it("has in each zone a private subnet and a way out of its own", () => {
        assert.deepEqual(cidrs(program.made).sort(), [
            "10.0.0.0/18",
            "10.0.128.0/18",
            "10.0.192.0/22",
            "10.0.196.0/22",
            "10.0.200.0/22",
            "10.0.64.0/18",
        ]);
        for (const { inputs } of ofType(program.made, "Subnet")) assert.equal(inputs["mapPublicIpOnLaunch"], false);
        const ways = ofType(program.made, "Route").filter(({ name }) => name.includes("private"));
        assert.equal(new Set(ways.map(({ inputs }) => inputs["natGatewayId"])).size, 3);
    });

    it("has one way out for all where it is asked to", async () => {
        const { made } = await make({ nat: "single", zones: zones.slice(0, 2) });
        assert.equal(ofType(made, "NatGateway").length, 1);
        const ways = ofType(made, "Route").filter(({ name }) => name.includes("private"));
        assert.deepEqual(new Set(ways.map(({ inputs }) => inputs["natGatewayId"])).size, 1);
        assert.equal(ways.length, 2);
    });

    it("reaches S3 without leaving it, and lets nobody in by default", () => {
        const endpoint = only(program.made, "VpcEndpoint").inputs;
        assert.equal(endpoint["serviceName"], "com.amazonaws.eu-west-1.s3");
        assert.equal(endpoint["vpcEndpointType"], "Gateway");
        assert.equal((endpoint["routeTableIds"] as unknown[]).length, 3);
        const { ingress, egress } = only(program.made, "DefaultSecurityGroup").inputs;
        assert.deepEqual([ingress, egress], [[], []]);
    });

    it("is cut out of the block that it is given", async () => {
        const { made } = await make({ cidr: "172.20.16.0/20", zones: zones.slice(0, 2), nat: "single" });
        assert.deepEqual(cidrs(made).sort(), ["172.20.16.0/22", "172.20.20.0/22", "172.20.28.0/26"]);
    });

    it("is joined to others by a transit gateway, which then reach the API server and nothing else", async () => {
        const api = { privateCidrs: ["192.168.0.0/16"], transitGatewayId: "tgw-0123" };
        const { made } = await make({ api });
        assert.equal(only(made, "VpcAttachment").inputs["transitGatewayId"], "tgw-0123");
        const routes = ofType(made, "Route").filter(({ name }) => name.includes("transit"));
        assert.equal(routes.length, 3);
        for (const { inputs } of routes) assert.equal(inputs["destinationCidrBlock"], "192.168.0.0/16");
        const { inputs } = only(made, "SecurityGroupIngressRule");
        assert.deepEqual([inputs["cidrIpv4"], inputs["fromPort"], inputs["toPort"]], ["192.168.0.0/16", 443, 443]);
    });
});
