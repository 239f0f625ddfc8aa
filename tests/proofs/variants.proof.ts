/**
 * The whole pipeline with other choices of the environment file than those of stacks/local.yaml, each on a platform of
 * its own: `npm run proof:variants`, or one of them, chosen by TIDEGATE_TEST_SAMPLE (any whole number).
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { localLayers as layers } from "../_helpers/localLayers";
import { withDuckDB } from "../../automation/exercises/events/duckdb";
import { Checkout } from "../_helpers/checkout";
import { Rollout, validate } from "../_helpers/platform";

interface Variant {
    readonly name: string;
    readonly change: (text: string) => string;
    /** Further arguments of `up`, once the checkout is there. */
    readonly prepare?: (checkout: Checkout) => Promise<readonly string[]>;
    readonly bronze: number;
    readonly deadLetters: number;
    readonly look?: (checkout: Checkout) => Promise<void>;
    /** What it is moved to in place, once it is up. */
    readonly migrate?: { readonly change: (text: string) => string; readonly lose: readonly string[] };
}

function replace(text: string, from: string, to: string): string {
    assert.ok(text.includes(from), `stacks/local.yaml has no '${from}'`);
    return text.replace(from, to);
}

const fewer = (text: string): string =>
    text.replace(/count: \d+/, "count: 10000").replace(/deadLettersMax: \d+/, "deadLettersMax: 10");
const generated = { bronze: 9_990, deadLetters: 10 } as const;

/**
 * A file of the TLC's yellow-taxi schema that is not the generator's; of every hundred trips one has no pickup time.
 */
async function foreignFile(checkout: Checkout, trips: number): Promise<string> {
    const file = join(dirname(checkout.directory), "yellow_tripdata_2023-03.parquet");
    await withDuckDB(async (duckdb) => {
        await duckdb.run(`
            COPY (SELECT
                (n % 2 + 1)::INTEGER AS "VendorID",
                CASE WHEN n % 100 = 99 THEN NULL ELSE TIMESTAMP '2023-03-01' + to_seconds(n * 500) END AS "tpep_pickup_datetime",
                TIMESTAMP '2023-03-01 00:12:00' + to_seconds(n * 500) AS "tpep_dropoff_datetime",
                (n % 4 + 1)::BIGINT AS "passenger_count",
                1.5 + n % 40 AS "trip_distance",
                1::BIGINT AS "RatecodeID",
                'N' AS "store_and_fwd_flag",
                (n % 263 + 1)::INTEGER AS "PULocationID",
                (n % 101 + 1)::INTEGER AS "DOLocationID",
                (n % 2 + 1)::BIGINT AS "payment_type",
                10.0 + n % 50 AS "fare_amount", 0.5 AS "extra", 0.5 AS "mta_tax", 0.0 AS "tip_amount",
                0.0 AS "tolls_amount", 1.0 AS "improvement_surcharge", 14.5 + n % 50 AS "total_amount",
                2.5 AS "congestion_surcharge", 0.0 AS "airport_fee"
            FROM range(${trips}) AS r (n)) TO '${file}' (FORMAT parquet)`);
    });
    return file;
}

const variants: readonly Variant[] = [
    {
        name: "a broker with SCRAM over TLS",
        change: (text) => replace(fewer(text), "security: plaintext", "security: sasl_ssl"),
        ...generated,
        look: async (checkout) => {
            const { stdout } = await checkout.shell("pulumi stack output --json -s local-broker");
            const broker = JSON.parse(stdout) as Record<string, unknown>;
            assert.equal(broker["securityProtocol"], "SASL_SSL");
            assert.equal(broker["credentials"], "[secret]");
        },
    },
    {
        name: "the Hadoop catalog",
        change: (text) => replace(fewer(text), "type: rest", "type: hadoop"),
        ...generated,
    },
    {
        name: "a file of somebody else's events",
        change: (text) => fewer(text).replace("deadLettersMax: 10", "deadLettersMax: 50"),
        prepare: async (checkout) => ["--data", await foreignFile(checkout, 5_000)],
        bronze: 4_950,
        deadLetters: 50,
    },
    {
        name: "a file with no event in it, where that is allowed",
        change: (text) =>
            fewer(text).replace(/gates: \{.*\}/, "gates: { deadLettersMax: 0, waitForSilver: { allowEmpty: true } }"),
        prepare: async (checkout) => ["--data", await foreignFile(checkout, 0)],
        bronze: 0,
        deadLetters: 0,
    },
    {
        name: "bronze as a streaming job",
        change: (text) => replace(fewer(text), "mode: batch", "mode: streaming_bronze"),
        ...generated,
    },
    {
        name: "a migration to SCRAM over TLS, then to the Hadoop catalog",
        change: fewer,
        ...generated,
        migrate: {
            change: (text) =>
                replace(replace(text, "security: plaintext", "security: sasl_ssl"), "type: rest", "type: hadoop"),
            lose: ["catalog"],
        },
    },
];

/** The moves stop after the first and go on; each is validated whole, and bronze is made of the topic again after the second. */
async function migrate(checkout: Checkout, { change, lose }: NonNullable<Variant["migrate"]>, bronze: number) {
    const [from, file] = [
        join(dirname(checkout.directory), "before.yaml"),
        join(checkout.directory, "stacks", "local.yaml"),
    ];
    copyFileSync(file, from);
    checkout.edit(change);
    const words = ["migrate", "--from", from, "--to", file, "--json"];
    const refused = await checkout.run(words);
    assert.equal(refused.code, 6, refused.stderr);
    assert.match(refused.stderr, /migration-loses-data/);
    for (const move of [1, 2]) {
        const { code, stdout, stderr } = await checkout.run([
            ...words,
            ...lose.flatMap((axis) => ["--lose", axis]),
            "--moves",
            "1",
        ]);
        const rollout = new Rollout(stdout);
        assert.equal(code, 0, `${JSON.stringify(rollout.of("problem"), null, 2)}\n${stderr}`);
        const found = rollout.checks.find(({ id }) => id === "data.bronze-complete")?.evidence["bronze"];
        assert.equal(found, bronze, `move ${move}`);
    }
}

const sample = process.env["TIDEGATE_TEST_SAMPLE"];
const chosen = sample === undefined ? variants : [variants[Number(sample) % variants.length]!];

describe("variants of the environment", () => {
    for (const variant of chosen)
        it(`${variant.name}: deployed, proved, again without a change, and gone`, async () => {
            const checkout = Checkout.create(variant.change);
            mkdirSync(checkout.dataRoot, { recursive: true });
            const more = (await variant.prepare?.(checkout)) ?? [];
            const up = async () => {
                const { code, stdout, stderr } = await checkout.run(["up", "--json", ...more]);
                const rollout = new Rollout(stdout);
                assert.equal(code, 0, `${JSON.stringify(rollout.of("problem"), null, 2)}\n${stderr}`);
                return rollout;
            };
            try {
                const first = await up();
                const evidence = (id: string) => first.checks.find((check) => check.id === id)?.evidence ?? {};
                assert.equal(evidence("data.bronze-complete")["bronze"], variant.bronze);
                assert.equal(evidence("data.dead-letters")["deadLetters"], variant.deadLetters);
                await variant.look?.(checkout);
                if (variant.migrate !== undefined) await migrate(checkout, variant.migrate, variant.bronze);
                const second = await up();
                assert.deepEqual(second.changed, []);
                assert.equal(
                    second.of("note").filter(({ text }) => text.startsWith("unchanged since run")).length,
                    layers.length,
                );
                const built = second.of("exercise").find(({ exercise }) => exercise === "dbt");
                assert.match(built?.summary ?? "", /as the last build has seen them|silver is empty/);
                const validation = await validate(checkout);
                assert.equal(validation.code, 0, validation.text);
            } catch (error) {
                // What went wrong first is what is told.
                await checkout.remove().catch(() => undefined);
                throw error;
            }
            await checkout.remove();
        }).timeout(variant.migrate === undefined ? 600_000 : 1_200_000);
});
