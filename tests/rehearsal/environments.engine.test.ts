/**
 * The whole life of environments, on the real engine; two at a time, for each waits half of its time. All of `environments/`
 * by `npm run proof:environments`, all of the matrix by `npm run proof:matrix`; else the smallest, one of the others and one of
 * the matrix, by TIDEGATE_TEST_SEED or the day.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { stringify } from "yaml";
import type { Outcome } from "../_helpers/checkout";
import { random, shuffled } from "../_helpers/random";
import { cells } from "./matrix/cells";
import { allPhases, environments, green, Place } from "./run";

const dayMs = 24 * 60 * 60 * 1000;
const seed = Number(process.env["TIDEGATE_TEST_SEED"] ?? Math.floor(Date.now() / dayMs));

describe("tidegate rehearse, of an environment", () => {
    const limit = pLimit(2);
    const all = readdirSync(environments).filter((name) => name.endsWith(".yaml"));
    const isAll = process.env["TIDEGATE_TEST_ENVIRONMENTS"] === "all";
    const folder = mkdtempSync(join(tmpdir(), "tidegate-matrix-"));
    const files = all.map((file) => ({ file, path: () => join(environments, file) }));
    const platforms = cells.map(({ name, title, file }) => ({
        file: `the matrix: ${title}`,
        path: () => {
            const path = join(folder, `${name}.yaml`);
            writeFileSync(path, stringify(file));
            return path;
        },
    }));
    // A platform of a cloud takes minutes of processor time: one of all a day. Of the smallest are the tests of the rehearsal itself.
    const others = [...files.filter(({ file }) => file !== "s3.yaml"), ...platforms];
    const chosen = isAll ? files : shuffled(others, random(seed)).slice(0, 1);
    const whole = chosen.map(({ file, path }) => ({ file, where: new Place(path()) }));
    const jobs = new Map<string, Promise<Outcome>>();
    before(() => {
        for (const { file, where } of whole)
            jobs.set(
                file,
                limit(() => where.rehearse(["--json"])),
            );
    });
    after(() => {
        const running = whole.flatMap(({ where }) => where.processes());
        for (const { where } of whole) where.remove();
        rmSync(folder, { recursive: true });
        assert.deepEqual(running, [], "something runs yet");
    });

    for (const { file, where } of whole)
        it(`plays the whole life of ${file}, and leaves nothing`, async () => {
            const { environment, phases, forecast, report } = green(await (jobs.get(file) ?? assert.fail()));
            assert.equal(environment, where.name);
            assert.deepEqual(
                phases.map(({ phase, ok, attempts: tries }) => `${phase} ${ok} ${tries}`),
                allPhases.map((phase) => `${phase} true 1`),
            );
            const [create, again, update, drift, heal, , destroy] = phases;
            assert.ok((create?.changes["create"] ?? 0) > 0);
            assert.ok((destroy?.changes["delete"] ?? 0) > 0);
            assert.deepEqual(again?.changes, {});
            const edited = update?.edited ?? assert.fail("nobody says what was updated");
            assert.equal((update?.changes["update"] ?? 0) > 0, edited.length > 0);
            assert.deepEqual(where.cloud.all(), []);
            const { stacks, seconds, criticalPath, permissions } = forecast ?? assert.fail("it has no forecast");
            assert.ok(criticalPath.length > 0);
            // Of what is not a cloud's, as brokers that somebody else runs, there is nothing to be changed or to wait for.
            const clouds = stacks.filter(({ resources }) => resources > 0);
            assert.equal(seconds > 0, clouds.length > 0);
            if (clouds.length > 0) assert.notDeepEqual(permissions, {});
            const disturbed = Object.keys(drift?.disturbed ?? {});
            assert.equal(disturbed.length > 0, Object.keys(heal?.changes ?? {}).length > 0);
            assert.ok(Object.keys(drift?.changes ?? {}).length >= Math.min(1, disturbed.length));
            if (file === "s3.yaml") assert.deepEqual([clouds.length, disturbed], [1, ["s3-storage"]]);
            const html = readFileSync(report ?? assert.fail("there is no report"), "utf8");
            assert.match(html, new RegExp(`tidegate up ${where.name} \\(simulated\\)`));
            for (const phase of allPhases) {
                const reports = readdirSync(join(where.directory, "phases", phase), {
                    recursive: true,
                    encoding: "utf8",
                });
                const junit =
                    reports.find((name) => name.endsWith("junit.xml")) ?? assert.fail(`${phase} has no report`);
                assert.match(readFileSync(join(where.directory, "phases", phase, junit), "utf8"), /\(simulated\)/);
            }
        });
});
