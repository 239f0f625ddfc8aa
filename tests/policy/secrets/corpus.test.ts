import assert from "node:assert/strict";
import { corpus, type Case } from "./corpus/corpus";

const count = (cases: readonly Case[], secret: boolean): number => cases.filter((one) => one.secret === secret).length;

describe("the corpus of secrets", () => {
    it("has at least 150 secrets and 150 of what is none, half of them by hand", () => {
        const [written, generated, holdOut] = corpus();
        assert.ok(written && generated && holdOut);
        for (const part of [written, generated])
            for (const secret of [true, false])
                assert.ok(count(part.cases, secret) >= 75, `${part.name}: ${count(part.cases, secret)}`);
        assert.ok(count(holdOut.cases, true) >= 50 && count(holdOut.cases, false) >= 50);
    });

    it("is the same each time", () => {
        assert.deepEqual(corpus(), corpus());
    });

    it("has no secret twice", () => {
        const values = corpus().flatMap(({ cases }) => cases.filter(({ secret }) => secret).map(({ value }) => value));
        assert.deepEqual(
            values.filter((value, index) => values.indexOf(value) !== index),
            [],
        );
    });
});
