import assert from "node:assert/strict";
import { jobStateText } from "../../automation/rollout/jobState";

describe("the state of a Flink job", () => {
    const text = (type: string, op: string): string => jobStateText({ type, op }) ?? "";
    const sqlJob = "tidegate:embedded:FlinkSqlJob";
    const deployment = "kubernetes:flink.apache.org/v1beta1:FlinkDeployment";

    it("is taken along by an update, and may not fit", () => {
        assert.match(text(sqlJob, "update"), /stopped with a savepoint and started from it.*savepoint-incompatible/);
        assert.match(text(deployment, "update"), /streaming job is started from a savepoint.*batch job starts without/);
    });

    it("is not by what is made anew", () => {
        for (const type of [sqlJob, deployment])
            for (const op of ["create", "replace"])
                assert.match(text(type, op), /^starts without state/, `${type} ${op}`);
    });

    it("is of jobs alone", () => {
        assert.equal(jobStateText({ type: "kubernetes:apps/v1:Deployment", op: "update" }), undefined);
        assert.equal(
            jobStateText({ type: "kubernetes:flink.apache.org/v1beta1:FlinkSessionJob", op: "update" }),
            undefined,
        );
    });
});
