import assert from "node:assert/strict";
import { minorOf, newestMinor, versionProblems } from "../../../components/kubernetes/versions";

const problemsOf = (version: string) => [...versionProblems("foundation.version", version)];

describe("minor versions of Kubernetes", () => {
    it("are one and a number, and nothing else is one", () => {
        assert.deepEqual(["1.0", "1.9", "1.27", "1.135"].map(minorOf), [0, 9, 27, 135]);
        for (const wrong of ["", "1", "1.", "1.35.2", "v1.35", "1.035", "2.1", "1.35-eks", " 1.35", "1.x", "latest"])
            assert.equal(minorOf(wrong), undefined, wrong);
    });

    it("are refused where one is none, or too old for what is made on a cluster", () => {
        assert.deepEqual(problemsOf("1.27"), []);
        assert.deepEqual(
            ["1.26", "newest"].map((version) => problemsOf(version).map(({ path, message }) => [path, message])),
            [
                [
                    [
                        ["foundation", "version"],
                        "Kubernetes 1.26 is too old for the platform: its CronJobs have a time zone, which Kubernetes knows since 1.27",
                    ],
                ],
                [[["foundation", "version"], "'newest' is no minor version of Kubernetes"]],
            ],
        );
    });

    it("there can be three more of a year later", () => {
        const known = Date.UTC(2025, 11, 17);
        assert.equal(newestMinor(Date.UTC(2020, 0, 1)), newestMinor(known));
        assert.equal(newestMinor(known + 365 * 86_400_000), newestMinor(known) + 3);
    });
});
