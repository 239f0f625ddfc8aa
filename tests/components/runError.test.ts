import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { TidegateError } from "../../automation/core/errors";
import { service } from "../../components/docker/service";
import { jaas } from "../../components/runtime/jaas";
import { applyError, runErrorOf } from "../../components/runError";
import { fittingScript } from "../../components/runtime/sqlConfigMap";

describe("an error that Pulumi tells a person", () => {
    it("is one that it prints without a trace, with its code and what to do", () => {
        const error = runErrorOf(new TidegateError("It is wrong.", { code: "it-is-wrong", hint: "Mend it." }));
        assert.ok(pulumi.RunError.isInstance(error));
        assert.deepEqual([error.message, error.code], ["It is wrong. [it-is-wrong]\nMend it.", "it-is-wrong"]);
        assert.equal(applyError("It is.", { code: "it-is" }).message, "It is. [it-is]");
    });

    it("says that a broker wants a user whom its contract has not", () => {
        assert.throws(() => jaas("SCRAM-SHA-512", null), {
            code: "broker-contract-invalid",
            message: /wants a user and a password \(SCRAM-SHA-512\).*\n.*broker\.secretRef/,
        });
    });

    it("says that a container would run as root, by name or number", () => {
        for (const user of ["0", "root", "0:0", "root:1000"])
            assert.throws(() => service({} as never, { what: "kafka", healthy: [], user } as never, {}), {
                code: "container-as-root",
                message: "The container kafka would run as root.",
            });
    });

    it("says that the SQL of a job does not go into a ConfigMap", () => {
        assert.throws(() => fittingScript("bronze", ["x".repeat(2 ** 20)]), {
            code: "sql-too-large",
            message: /of the job 'bronze'.*\n.*tidegate render/,
        });
        assert.equal(fittingScript("bronze", ["SELECT 1"]), "SELECT 1;\n");
    });
});
