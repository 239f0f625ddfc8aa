import assert from "node:assert/strict";
import { discrepancies, simulatedLookup } from "../../automation/lakehouse/rehearsal";
import { removeFolders, temporaryCloud, thingOf, urnOf } from "../rehearsal/support";

const token = "aws:kms/key:Key";
const urn = urnOf(token, "key");

describe("a simulated cloud beside a state", () => {
    const known = (id: string, of = urn) => ({ type: token, id, urn: of });

    it("is right where each has what the other has", () => {
        assert.deepEqual(discrepancies([known("a"), known("b")], [known("b"), known("a")]), []);
    });

    it("names both of what is there twice, and says which one goes", () => {
        assert.deepEqual(discrepancies([known("a")], [known("a"), known("b")]), [
            "aws:kms/key:Key 'key' is there twice: a, which the state knows, and b, which nobody knows and which has to be deleted by hand",
        ]);
    });

    it("names what no state knows, and what a state knows that is gone", () => {
        assert.deepEqual(discrepancies([known("a")], [known("b", urnOf(token, "other"))]), [
            `aws:kms/key:Key b is there and in no state (${urnOf(token, "other")})`,
            "aws:kms/key:Key a is in the state and not there",
        ]);
    });
});

describe("a creation that was cut off in a rehearsal", () => {
    after(removeFolders);
    const pending = (more: { known?: string; type?: string } = {}) => ({ urn, type: token, known: undefined, ...more });

    it("is looked up in the simulated cloud", () => {
        const cloud = temporaryCloud();
        cloud.add(thingOf({ type: token, id: "other", token: "1", urn: urnOf(token, "other") }));
        assert.deepEqual(simulatedLookup(pending(), cloud), { kind: "create" });
        cloud.add(thingOf({ type: token, id: "mine", token: "2", urn, visibleMs: Date.now() + 60_000 }));
        assert.deepEqual(simulatedLookup(pending(), cloud), { kind: "import", id: "mine" });
    });

    it("is the one that the state knows by now, where there is no other", () => {
        const cloud = temporaryCloud();
        cloud.add(thingOf({ type: token, id: "mine", token: "1", urn }));
        assert.deepEqual(simulatedLookup(pending({ known: "mine" }), cloud), { kind: "import", id: "mine" });
    });

    it("cannot be decided where two are there, or nothing is known of its type", () => {
        const cloud = temporaryCloud();
        for (const id of ["a", "b"]) cloud.add(thingOf({ type: token, id, token: id, urn }));
        assert.equal(simulatedLookup(pending(), cloud), undefined);
        assert.equal(simulatedLookup(pending({ type: "somebody:index:Thing" }), cloud), undefined);
    });
});
