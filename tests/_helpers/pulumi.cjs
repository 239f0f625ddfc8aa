// What programs of tests need of Pulumi's SDK. The whole of it takes longer to load than such a program takes to run.
module.exports = {
    ...require("@pulumi/pulumi/metadata"),
    ...require("@pulumi/pulumi/output"),
    ...require("@pulumi/pulumi/resource"),
    ...require("@pulumi/pulumi/stackReference"),
};
