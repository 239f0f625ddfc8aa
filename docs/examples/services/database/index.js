const pulumi = require("@pulumi/pulumi");
const { File } = require("../file");

const network = new pulumi.StackReference(`organization/network/${pulumi.getStack()}`);
const database = new File("database", { content: pulumi.interpolate`database in ${network.requireOutput("id")}` });

exports.url = pulumi.interpolate`postgres://${database.id}.internal:5432`;
exports.password = pulumi.secret(`pw-${pulumi.getStack()}-5f0c1e77`);
