// One program, many stacks: what a stack is, its name says. The regions stand on the account, the front door on all of them.
const { createHash } = require("node:crypto");
const pulumi = require("@pulumi/pulumi");

const [environment, ...rest] = pulumi.getStack().split("-");
const part = rest.join("-");
const read = (name) => new pulumi.StackReference(`organization/regions/${environment}-${name}`);

class Region extends pulumi.ComponentResource {
    constructor(name, args, options) {
        super("regions:index:Region", name, {}, options);
        this.endpoint = pulumi.interpolate`https://${name}.${args.account}.example`;
        this.registerOutputs({ endpoint: this.endpoint });
    }
}

if (part === "account") exports.id = createHash("sha256").update(environment).digest("hex").slice(0, 12);
else if (part === "door") {
    const regions = ["north", "south", "west"];
    exports.endpoints = regions.map((region) => read(region).requireOutput("endpoint"));
} else {
    const account = read("account");
    exports.endpoint = new Region(part, { account: account.requireOutput("id") }).endpoint;
}
