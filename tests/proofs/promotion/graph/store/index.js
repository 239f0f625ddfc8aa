const { Simulated, textOf } = require("../simulated");

const tables = new Simulated("Bucket", "tables", { size: textOf(__dirname, "tables.sql") });

exports.address = tables.address;
