const pulumi = require("@pulumi/pulumi");
const { File } = require("../file");

const stack = pulumi.getStack();
const network = new pulumi.StackReference(`organization/network/${stack}`);
const database = new pulumi.StackReference(`organization/database/${stack}`);
const app = new File("app", {
    content: pulumi.interpolate`app on ${network.requireOutput("subnets")} with ${database.requireOutput("url")}`,
});

exports.path = app.path;
