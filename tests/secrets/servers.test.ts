import assert from "node:assert/strict";
import {
    AwsSecretServer,
    AzureSecretServer,
    ClusterServer,
    GoogleSecretServer,
    signedBy,
    VaultServer,
    type SecretServer,
} from "../_helpers/secretServers";

/** The servers that the stores are tested against: they let in nobody whom they do not know. */
describe("servers of secrets for tests", () => {
    const key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    /** `get-vanilla` of AWS's own test suite of Signature Version 4. */
    const published = {
        method: "GET",
        target: "/",
        url: new URL("https://example.amazonaws.com/"),
        body: "",
        headers: {
            host: "example.amazonaws.com",
            "x-amz-date": "20150830T123600Z",
            authorization:
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        },
    };

    it("know a signature of AWS from a wrong one", () => {
        assert.ok(signedBy(key, published));
        assert.ok(!signedBy(`${key}x`, published));
        assert.ok(!signedBy(key, { ...published, body: "more" }));
        assert.ok(!signedBy(key, { ...published, headers: { ...published.headers, authorization: "Bearer a" } }));
    });

    const strangers: [string, () => SecretServer, string, number][] = [
        ["AWS", () => new AwsSecretServer(), "/", 400],
        ["Google", () => new GoogleSecretServer(), "/v1/projects/lake-prod/secrets/a/versions/latest:access", 401],
        ["Azure", () => new AzureSecretServer(), "/secrets/a?api-version=7.4", 401],
        ["Vault", () => new VaultServer(), "/v1/kv/data/a", 403],
        ["a cluster", () => new ClusterServer(), "/api/v1/namespaces/a/secrets/b", 401],
    ];
    for (const [what, make, path, status] of strangers)
        it(`of ${what} turn a stranger away, also before they look whether there is something`, async () => {
            const server = await make().start();
            try {
                const answer = await fetch(`${server.url}${path}`, { headers: { authorization: "Bearer wrong" } });
                assert.equal(answer.status, status);
                server.failures = 1;
                assert.equal((await fetch(`${server.url}${path}`)).status, 503);
                assert.equal((await fetch(`${server.url}${path}`)).status, status);
                assert.equal(server.asked, 3);
            } finally {
                await server.stop();
            }
        });

    it("of Vault give a token to who logs in, and to nobody else", async () => {
        const server = await new VaultServer().start();
        try {
            server.appRoles.set("role", "right");
            const logIn = (secret: string) =>
                fetch(`${server.url}/v1/auth/approle/login`, {
                    method: "POST",
                    body: JSON.stringify({ role_id: "role", secret_id: secret }),
                });
            assert.equal((await logIn("wrong")).status, 400);
            const { auth } = (await (await logIn("right")).json()) as { auth: { client_token: string } };
            server.secrets.set("kv/a", { b: "c" });
            server.secrets.set("kv/gone", undefined);
            const read = (path: string) =>
                fetch(`${server.url}/v1/kv/data/${path}`, { headers: { "x-vault-token": auth.client_token } });
            assert.equal((await read("a")).status, 200);
            assert.equal((await read("gone")).status, 404);
        } finally {
            await server.stop();
        }
    });
});
