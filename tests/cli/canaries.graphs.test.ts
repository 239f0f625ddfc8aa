/** Secrets in every input of a graph, through every command that rolls it out: they come out nowhere. */
import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Organisation } from "./canaries/organisation";

describe("the secrets of an organisation", function () {
    this.timeout(300_000);
    let organisation: Organisation;
    before(async () => {
        organisation = await Organisation.create();
    });
    after(() => organisation.remove());

    const clean = async (
        code: number,
        args: readonly string[],
        variables: Readonly<Record<string, string>> = {},
    ): Promise<string> => {
        const { canaries } = organisation;
        const { result, commands } = await canaries.watching(() => organisation.run(args, variables));
        const told = result.stdout + result.stderr;
        assert.deepEqual(canaries.in(told), [], `${args.join(" ")} prints them`);
        assert.deepEqual(commands, [], `${args.join(" ")} has them in a command line`);
        assert.deepEqual(organisation.leaks(), [], `${args.join(" ")} writes them`);
        assert.equal(result.code, code, `${args.join(" ")}\n${told}`);
        return told;
    };

    it("are not in what a first rollout tells", async () => {
        await clean(0, ["release", "create"]);
        const told = await clean(0, ["up", "dev", "--json"], { FIRST: "1" });
        assert.match(told, /the key is \[secret\] or dTp\[secret\]/);
        assert.match(told, /AWS_SECRET_ACCESS_KEY=\[secret\]/);
    });

    for (const [who, args, message] of [
        ["provider", ["up", "dev"], /no login with \[secret\]/],
        ["program", ["up", "dev"], /Error: bad .*\[secret\]/],
        ["gate", ["up", "dev", "--json"], /gate-tells.*ended with exit code 1/],
        ["check", ["preview", "dev"], /too weak: \[secret\]/],
        ["read", ["drift", "dev"], /no login with \[secret\]/],
    ] as const)
        it(`are not told where the ${who} fails in ${args.join(" ")}, and says them`, async () => {
            assert.match(await clean(1, args, { FAIL: who, SIZE: "2" }), message);
        });

    it("are not told of a backend that is not there, whose address has one", async () => {
        const { DATABASE_URL = "" } = organisation.variables;
        // Pulumi's own log has the address: docs/secrets.md.
        const PULUMI_HOME = join(organisation.base, "given", "pulumi");
        const told = await clean(1, ["up", "away"], { FIRST: "1", PULUMI_HOME, PULUMI_BACKEND_URL: DATABASE_URL });
        assert.match(told, /connection refused/);
    });

    it("are not printed by Pulumi's own flags in CI, which are refused before anything runs", async () => {
        const flags: Record<string, string>[] = [
            { TF_LOG: "TRACE" },
            { PULUMI_DEBUG_GRPC: join(organisation.base, "calls") },
        ];
        for (const variables of flags)
            assert.match(await clean(6, ["preview", "dev"], variables), /debug-prints-secrets/);
        for (const flag of ["--show-secrets", "-v=9"])
            assert.match(await clean(6, ["exec", "--", "pulumi", "config", flag]), /debug-prints-secrets/);
    });

    it("are not in a preview, a drift, and what is told of the past", async () => {
        await clean(0, ["preview", "dev", "--json"], { SIZE: "3" });
        await clean(0, ["drift", "dev"]);
        await clean(0, ["show", "last", "-e", "dev"]);
    });

    it("are not left behind by a kill in the middle of the engine's work, and not told by what goes on", async () => {
        writeFileSync(organisation.hold, "");
        await organisation.killed(["up", "dev"], () => existsSync(`${organisation.hold}-reached`), { SIZE: "4" });
        assert.deepEqual(organisation.leaks(), []);
        rmSync(organisation.hold);
        await clean(0, ["resume", "dev"], { SIZE: "4" });
    });

    it("are not in a release, a proof, a promotion and a way back", async () => {
        await clean(0, ["release", "create"]);
        await clean(0, ["up", "dev"]);
        await clean(0, ["promote", "dev", "prod"], { FIRST: "1" });
        organisation.change();
        await clean(0, ["release", "create"]);
        await clean(0, ["up", "dev"]);
        await clean(0, ["promote", "dev", "prod"]);
        await clean(0, ["rollback", "prod"]);
    });
});
