// A provider of whatever it is asked for, in previews: it takes all inputs as they are, and makes nothing.
// Not the whole SDK: it is started for every operation.
const provider = require("@pulumi/pulumi/provider");

provider.main(
    {
        version: "1.0.0",
        getSchema: async () => "{}",
        check: async (_urn, _olds, news) => ({ inputs: news, failures: [] }),
        diff: async () => ({ changes: true, replaces: [], stables: [] }),
        create: async (urn, inputs) => ({ id: urn.split("::").pop(), outs: inputs }),
        update: async (_id, _urn, _olds, inputs) => ({ outs: inputs }),
        delete: async () => {},
    },
    process.argv.slice(2),
);
