/** Each policy of policy/production on the real engine: its good examples in one stack, its bad ones in another. */
import assert from "node:assert/strict";
import { allExamples, type ExampleResource } from "../../../policy/examples";
import { Previews, type Given, type Preview } from "../previews";

const examples = [...allExamples()];

/** A name that says where it comes from; what refers to it is named alike. */
function given(prefix: string, { name = "one", type, protect, values }: ExampleResource): Given {
    const text = JSON.stringify(values).replaceAll("${", `\${${prefix}-`);
    return { name: `${prefix}-${name}`, type, protect, values: JSON.parse(text) as Record<string, unknown> };
}

function all(kind: "good" | "bad"): { resources: Given[]; settings: object } {
    const resources = examples.flatMap(([policy, of]) =>
        of[kind].flatMap((example, index) =>
            example.resources.map((resource, place) =>
                given(`${policy}-${index}`, { ...resource, name: resource.name ?? `r${place}` }),
            ),
        ),
    );
    const settings = examples.flatMap(([policy, of]) => of[kind].map((example) => [policy, example.settings] as const));
    return { resources, settings: Object.fromEntries(settings.filter(([, one]) => Object.keys(one).length > 0)) };
}

describe("the policies of production, on the real engine", () => {
    const previews = new Previews("production", "prod-example");
    let good: Preview;
    let bad: Preview;
    let advisory: Preview;

    before(async () => {
        await previews.prepare();
        const passing = all("good");
        good = await previews.preview(passing.resources, { settings: passing.settings });
        bad = await previews.preview(all("bad").resources);
        const few = all("bad").resources.filter(({ name }) => /^(own-keys|no-wildcards|required-tags)-/.test(name));
        advisory = await previews.preview(few, {
            settings: { all: "advisory", "required-tags": "disabled", "own-keys": "mandatory" },
        });
    });
    after(() => previews.remove());

    const at = ({ told }: Preview, policy: string, prefix: string) =>
        told.filter((one) => one.policy === policy && (one.at.startsWith(prefix) || policy === "secrets-provider"));

    for (const [policy, of] of examples) {
        for (const [index, { says }] of of.good.entries())
            it(`${policy} passes: ${says}`, () => assert.deepEqual(at(good, policy, `${policy}-${index}-`), []));
        for (const [index, { says, tells }] of of.bad.entries())
            it(`${policy} refuses: ${says}`, () => {
                const told = at(bad, policy, `${policy}-${index}-`);
                assert.ok(
                    told.some(({ message, level }) => level === "mandatory" && new RegExp(tells).test(message)),
                    JSON.stringify(told),
                );
            });
    }

    it("has looked at every example", () => {
        for (const { output } of [good, bad]) assert.match(output, /Policies:/, output);
        assert.notEqual(bad.code, 0);
    });

    it("gives each policy the level that its configuration says", () => {
        const levels = new Map(advisory.told.map(({ policy, level }) => [policy, level]));
        assert.equal(levels.get("own-keys"), "mandatory");
        assert.equal(levels.get("no-wildcards"), "advisory");
        assert.equal(levels.has("required-tags"), false);
        assert.deepEqual([...new Set(levels.values())].sort(), ["advisory", "mandatory"]);
    });
});
