const pulumi = require("../pulumi.cjs");
const { Simulated, textOf } = require("../simulated");

const store = new pulumi.StackReference(`organization/store/${pulumi.getStack()}`);
const inputs = { size: textOf(__dirname, "orders.sql"), seen: store.requireOutput("address") };
const orders = new Simulated("Network", "orders", inputs);
const late = new Simulated("Bucket", "late", { ...inputs, seen: orders.address });

exports.address = late.address;
