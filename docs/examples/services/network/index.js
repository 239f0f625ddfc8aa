const pulumi = require("@pulumi/pulumi");
const { File } = require("../file");

const stack = pulumi.getStack();
const network = new File("network", { content: `network of ${stack}` });

exports.id = network.id;
exports.subnets = ["10.0.1.0/24", "10.0.2.0/24"];
