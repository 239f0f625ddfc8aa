import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { axesDocument, axesFile } from "../../../automation/lakehouse/migration/axesDoc";
import { axes } from "../../../automation/lakehouse/migration/axes";
import { Pairs, profilesOf } from "../../../automation/lakehouse/migration/pairs";
import { environmentSchema } from "../../../stacks/environment";

describe("docs/axes.md", () => {
    it("is what stacks/fit says: `npm run schema` writes it", () => {
        assert.ok(
            readFileSync(axesFile, "utf8") === axesDocument(),
            "what goes with what has changed since: run `npm run schema`",
        );
    });

    it("knows every profile of every axis", () => {
        for (const axis of axes) {
            const { options } = environmentSchema.shape[axis].unwrap();
            const profiles = options.flatMap((option) => {
                const shapes = "options" in option ? option.options : [option];
                return shapes.flatMap(({ shape }) => [...shape.profile.values]);
            });
            assert.deepEqual(profilesOf(axis).sort(), [...new Set<string>(profiles)].sort(), axis);
        }
    });

    it("has known facts right", () => {
        const pairs = new Pairs();
        const against = (one: string, other: string): readonly string[] => {
            const [first, second] = [one, other].map((text) => {
                const [axis = "", profile = ""] = text.split(" ");
                return { axis: axes.find((name) => name === axis) ?? assert.fail(axis), profile };
            });
            assert.ok(first && second);
            return pairs.against(first, second);
        };
        assert.deepEqual(against("storage s3", "broker confluent"), []);
        assert.deepEqual(against("broker confluent", "storage s3"), []);
        assert.match(against("foundation gke", "broker msk").join(), /its foundation is on Google Cloud/);
        assert.match(against("storage embedded", "runtime kubernetes").join(), /on this machine/);
    });
});
