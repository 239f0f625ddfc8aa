import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ExternalCatalog, type ExternalCatalogArgs } from "../../../components/catalog/external";
import { catalogContract } from "../../../stacks/contracts";
import { catalogSettings } from "../../../stacks/settings/catalog";

describe("a catalog that somebody else runs", () => {
    before(() =>
        pulumi.runtime.setMocks({
            call: () => ({}),
            newResource: ({ name }) => assert.fail(`${name} is made, though nothing of it is ours`),
        }),
    );
    const oauth2 = {
        mode: "oauth2",
        tokenEndpoint: "https://idp.example/token",
        scope: null,
        secretRef: "aws-sm://prod/catalog",
    } as const;
    const given: ExternalCatalogArgs = { uri: "https://catalog.example/catalog", warehouse: "lake", auth: oauth2 };
    const read = async (args: ExternalCatalogArgs): Promise<unknown> => {
        const entries = Object.entries(new ExternalCatalog("catalog", args).contract).map(
            async ([name, output]) =>
                [name, await new Promise((resolve) => void (output as pulumi.Output<unknown>).apply(resolve))] as const,
        );
        return Object.fromEntries(await Promise.all(entries));
    };

    it("is told as it is, by reference and without a secret", async () => {
        const properties = { "header.X-Iceberg-Access-Delegation": "client-managed" };
        const contract = catalogContract.parse(await read({ ...given, properties, attach: true }));
        assert.deepEqual(contract, { ...given, properties, profile: "external", type: "rest", attach: true });
    });

    for (const key of ["credential", "token", "s3.secret-access-key", "oauth2-server-uri"])
        it(`is refused with ${key} among its properties`, () =>
            assert.throws(() => new ExternalCatalog("catalog", { ...given, properties: { [key]: "x" } }), {
                code: "catalog-settings-invalid",
            }));

    it("is refused where tokens would cross the network readable", () => {
        const open = { ...given, uri: "http://catalog.example" };
        assert.throws(() => new ExternalCatalog("catalog", open), /not encrypted/);
        assert.doesNotThrow(() => new ExternalCatalog("catalog", { ...open, auth: { mode: "none" } }));
    });

    it("is refused with a secret in clear text, and with an address that is none, before the engine starts", () => {
        const parse = (changes: object) =>
            catalogSettings.safeParse({ profile: "external", uri: given.uri, warehouse: "lake", ...changes });
        assert.ok(parse({}).success);
        assert.ok(parse({ auth: oauth2 }).success);
        assert.ok(!parse({ auth: { ...oauth2, secretRef: "id:secret" } }).success);
        assert.ok(!parse({ uri: "catalog.example" }).success);
    });
});
