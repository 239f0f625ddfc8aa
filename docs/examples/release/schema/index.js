exports.version = 7;
exports.tables = ["orders", "customers"];
