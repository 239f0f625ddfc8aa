import assert from "node:assert/strict";
import { environmentSettings } from "../../automation/graph/load";
import { secretInUrl } from "../../automation/secrets/inUrl";
import { loadEdited } from "../stacks/fit/refusals";

describe("a URL of a backend, a ledger or a key", () => {
    const clean = [
        "file:///home/me@work/state",
        "file://state?create_dir=true",
        "s3://state?region=eu-west-1&profile=deploy&ssetype=aws:kms&kmskeyid=alias/state&endpoint=https://s3.example",
        "gs://state?access_id=deploy@example.iam&private_key_path=/run/key.json",
        "azblob://state?storage_account=example&domain=blob.core.windows.net",
        "https://pulumi.example/api",
        "awskms://1234abcd-12ab-34cd-56ef-1234567890ab?region=us-east-1&context_env=prod",
        "awskms:///arn:aws:kms:eu-west-1:111122223333:alias/state?region=eu-west-1",
        "azurekeyvault://vault.vault.azure.net/keys/state",
        "passphrase",
    ];
    for (const url of clean) it(`may be ${url}`, () => assert.equal(secretInUrl(url), undefined));

    const secret = "hunter2hunter2";
    const told: readonly (readonly [url: string, says: RegExp])[] = [
        [`https://me:${secret}@pulumi.example`, /has a user before '@'/],
        [`https://${secret}@pulumi.example`, /has a user before '@'/],
        [`https://me:${secret}/with/slashes@pulumi.example`, /has a user before '@'/],
        [`s3://AKIA:${secret}@state`, /has a user before '@'/],
        [
            `azblob://state?sv=2022-11-02&sp=rw&sig=${secret}`,
            /the parameter 'sig', which is a secret.*AZURE_STORAGE_SAS_TOKEN/,
        ],
        [`azblob://state?sas=${secret}`, /the parameter 'sas'/],
        [`azblob://state?storage_account=example&account_key=${secret}`, /the parameter 'account_key'/],
        [`s3://state?secret_access_key=${secret}`, /the parameter 'secret_access_key'/],
        [`https://pulumi.example?access_token=${secret}`, /the parameter 'access_token'/],
        [`hashivault://state?token=${secret}`, /the parameter 'token'/],
    ];
    for (const [url, says] of told)
        it(`is refused, and never said: ${url.replace(secret, "…")}`, () => {
            const message = secretInUrl(url) ?? assert.fail("it was taken");
            assert.match(message, says);
            assert.ok(!message.includes(secret));
        });

    for (const key of ["backend", "ledger", "secretsProvider"] as const)
        it(`has none in state.${key} of an environment's file, nor of a graph's`, async () => {
            const url = `${key === "secretsProvider" ? "hashivault" : "azblob"}://state?sig=${secret}`;
            const { error } = await loadEdited("prod", { [`state.${key}`]: url });
            assert.equal(error?.code, "environment-invalid");
            assert.match(error.message, new RegExp(`prod\\.yaml:\\d+: 'state\\.${key}': has the parameter 'sig'`));
            assert.ok(!error.message.includes(secret));
            assert.ok(!environmentSettings.safeParse({ [key]: url }).success);
        });
});
