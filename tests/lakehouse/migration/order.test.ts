import assert from "node:assert/strict";
import { axes, type Axis } from "../../../automation/lakehouse/migration/axes";
import { bestOrder, type CanMove, type Group } from "../../../automation/lakehouse/migration/order";

const text = (order: readonly Group[] | undefined): string | undefined =>
    order?.map((group) => group.join("+")).join(" ");

/** Those that may be only once others are. */
const after =
    (needs: Partial<Record<Axis, readonly Axis[]>>): CanMove =>
    (moved, group) =>
        group.every((axis) => (needs[axis] ?? []).every((one) => moved.has(one) || group.includes(one)));

describe("the order of moves", () => {
    it("is the usual one, axis by axis, where everything goes with everything", () => {
        assert.equal(
            text(bestOrder(axes, () => true, false)),
            "foundation storage broker catalog runtime observability",
        );
    });

    it("has the foundation right before the first that needs it", () => {
        const order = bestOrder(axes, after({ catalog: ["foundation"], runtime: ["foundation"] }), false);
        assert.equal(text(order), "storage broker foundation catalog runtime observability");
    });

    it("has the foundation last where it goes away", () => {
        assert.equal(
            text(bestOrder(["foundation", "storage", "runtime"], () => true, true)),
            "storage runtime foundation",
        );
    });

    it("leaves the usual order only where that spares a move of two", () => {
        assert.equal(text(bestOrder(["storage", "broker"], after({ storage: ["broker"] }), false)), "broker storage");
    });

    it("moves together what cannot be apart, and nothing more", () => {
        const one = after({ storage: ["catalog"], catalog: ["storage"], runtime: ["catalog"] });
        assert.equal(text(bestOrder(axes, one, false)), "foundation storage+catalog broker runtime observability");
    });

    it("takes two moves of two before one of three", () => {
        const some: readonly string[] = ["storage+broker", "catalog+runtime", "storage+broker+catalog", "runtime"];
        const order = bestOrder(
            ["storage", "broker", "catalog", "runtime"],
            (_moved, group) => some.includes(group.join("+")),
            false,
        );
        assert.equal(text(order), "storage+broker catalog+runtime");
    });

    it("is none where nothing may move", () => {
        assert.equal(
            bestOrder(axes, () => false, false),
            undefined,
        );
        assert.deepEqual(
            bestOrder([], () => false, false),
            [],
        );
    });
});
