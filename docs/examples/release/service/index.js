const pulumi = require("@pulumi/pulumi");

const schema = new pulumi.StackReference(`organization/schema/${pulumi.getStack()}`);
exports.image = pulumi.interpolate`registry.example/service:schema-${schema.requireOutput("version")}`;
exports.token = pulumi.secret(`token-${pulumi.getStack()}-93ab61`);
