/** What happens to an organisation between two promotions. Each leaves it at rest, and held against what has to be true. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeRehearsal } from "../../../automation/rehearsal/place";
import type { Course } from "./course";
import { environments, sourceOf } from "./organisation";
import type { Incident, IncidentKind } from "./plan";
import { loadSigningKey } from "./signing";
import { tampered, tamperings, withForgedProof } from "./tampering";
import { byHand, driftJob, promotionJob } from "./workflows";

/** False where there was nothing that it could have happened to. */
type Happens = (course: Course, incident: Incident) => Promise<boolean>;

const unsigned = "only accidents are seen";

export const happenings: Readonly<Record<IncidentKind, Happens>> = {
    async rollback({ organisation, model, oracle, counts, rollouts }, { target }) {
        const expected = model.rollback(target);
        const what = `rollback ${target}`;
        const work = () => byHand(organisation, what);
        if (expected.release === undefined) {
            await oracle.refused(what, work, "rollback-impossible");
            counts.refusal("rollback-impossible");
            return true;
        }
        model.held.add(target);
        await rollouts.rollOut(what, target, expected.release, (blow) => byHand(organisation, what, { blow }));
        // However it has ended.
        await rollouts.promote(target);
        oracle.ended("the lifting of a hold", await byHand(organisation, `release-hold ${target} --lift`), 0);
        model.held.delete(target);
        return true;
    },

    async hold({ organisation, model, oracle, counts, rollouts }, { target }) {
        const held = await byHand(organisation, `release-hold ${target} --why "the tables are looked at"`);
        oracle.ended("a hold", held, 0);
        model.held.add(target);
        await rollouts.promote(target);
        // What was green there is no way round either, but for what is there.
        const older = model.greens[target].find((one) => one !== model.last(target));
        if (older !== undefined) {
            const up = `up ${target} --release ${older}`;
            await oracle.refused(up, () => byHand(organisation, up), "environment-held");
            counts.refusal("environment-held");
        }
        await oracle.check("a hold", true);
        oracle.ended("its lifting", await byHand(organisation, `release-hold ${target} --lift`), 0);
        model.held.delete(target);
        return true;
    },

    async freeze({ organisation, model, rollouts }, { target, which }) {
        organisation.configure([target]);
        model.frozen.add(target);
        await rollouts.promote(target);
        if (which < 0.5) await rollouts.promote(target, undefined, ' --despite-freeze "it cannot wait"');
        organisation.configure([]);
        model.frozen.delete(target);
        return true;
    },

    async "two at once"({ organisation, model, oracle, counts }, { target, which }) {
        const newest = model.promotion(target);
        if (newest.release === undefined || newest.refused !== undefined) return false;
        const greens = model.greens[sourceOf[target]];
        const other = greens[Math.floor(which * greens.length)];
        const before = oracle.evidence.runs(target).length;
        const outcomes = await Promise.all([
            promotionJob(organisation, target, undefined),
            promotionJob(organisation, target, other),
        ]);
        const runs = oracle.evidence.runs(target).slice(before);
        const busy = outcomes.filter(({ code }) => code === 4);
        for (const one of busy) oracle.ended("the promotion that came second", one, 4, "environment-busy");
        const told = outcomes.map(({ code, stdout, stderr }) => `${code}: ${stdout}${stderr}`).join("\n");
        oracle.expect(runs.length > 0 && runs.length + busy.length === 2, `of two promotions at once:\n${told}`);
        for (const { release = "", state } of runs) {
            const red = model.isRed(release, target);
            oracle.expect(state === (red ? "red" : "green"), `one of two promotions ended ${state}:\n${told}`);
            oracle.expect([newest.release, other].includes(release), "one of two promotions was of neither release");
            model.rolledOut(target, release, !red);
            counts.promotions[red ? "red" : "green"] += 1;
        }
        for (const _ of busy) counts.refusal("environment-busy");
        await oracle.check("two promotions at once", true);
        return true;
    },

    async tampered({ organisation, model, oracle, counts }, { target, which }) {
        const source = sourceOf[target];
        const release = model.present(source);
        if (release === undefined || model.promotion(target).refused !== undefined) return false;
        for (const one of tamperings(organisation, release, source, which))
            await tampered(organisation, one, async () => {
                const promotion = () => promotionJob(organisation, target, release);
                await oracle.refused(`a promotion with ${one.what}`, promotion, one.code);
                counts.refusal(one.code);
            });
        await oracle.check("tampering", true);
        return true;
    },

    async forged(course, { target }) {
        const { organisation, model, oracle, counts } = course;
        const source = sourceOf[target];
        if (model.present(source) === undefined) return false;
        const release = await course.unproved();
        const same = (proof: Record<string, unknown>): Record<string, unknown> => proof;
        const command = `promote ${source} ${target} --release ${release}`;
        if (!organisation.signed) {
            // Whoever can write to the store can do this, which is why the tool says so: it is only looked at.
            await withForgedProof(organisation, { source, release }, same, undefined, async () => {
                const look = await byHand(organisation, `${command} --dry-run`);
                oracle.ended("a look at a forged proof", look, 0);
                oracle.expect(look.stderr.includes(unsigned), `nobody says that ${unsigned}: ${look.stderr}`);
            });
            await oracle.check("a look at a forged proof", true);
            return true;
        }
        const stranger = loadSigningKey(organisation.strangersKey);
        const signs = [undefined, "as it was", (text: string) => stranger.sign(text, "tidegate-proof")] as const;
        for (const sign of signs)
            await withForgedProof(organisation, { source, release }, same, sign, async () => {
                await oracle.refused("a forged proof", () => byHand(organisation, command), "signature-missing");
                counts.refusal("signature-missing");
            });
        await course.strangersRelease(async (id) => {
            const up = `up dev --release ${id}`;
            await oracle.refused("a stranger's release", () => byHand(organisation, up), "signature-missing");
            counts.refusal("signature-missing");
        });
        await oracle.check("forged proofs", true);
        return true;
    },

    async rehearsed(course, { target }) {
        const { organisation, model, oracle, counts } = course;
        const source = sourceOf[target];
        if (model.present(source) === undefined) return false;
        const release = await course.unproved();
        const command = `promote ${source} ${target} --release ${release}`;
        const simulated = (proof: Record<string, unknown>) => ({ ...proof, simulated: true });
        // As a rehearsal leaves it: signed by whoever may.
        const key = loadSigningKey(organisation.key);
        const sign = organisation.signed ? (text: string) => key.sign(text, "tidegate-proof") : undefined;
        const rehearsal = join(organisation.base, "rehearsal");
        writeRehearsal(rehearsal, { environment: target });
        await withForgedProof(organisation, { place: "rehearsals", source, release }, simulated, sign, async () => {
            await oracle.refused("a rehearsal's proof", () => byHand(organisation, command), "proof-simulated");
            // Nor does it where somebody's shell is left in a rehearsal: nothing of this target is simulated.
            const variables = { TIDEGATE_REHEARSAL: rehearsal };
            const inRehearsal = () => byHand(organisation, command, { variables });
            await oracle.refused("a rehearsal's proof, in a rehearsal", inRehearsal, "rehearsal-of-another", 2);
        });
        await withForgedProof(organisation, { source, release }, simulated, sign, () =>
            oracle.refused(
                "a rehearsal's proof in the place of a real one",
                () => byHand(organisation, command),
                "release-unproved",
            ),
        );
        counts.refusal("proof-simulated");
        rmSync(rehearsal, { recursive: true });
        await oracle.check("a rehearsal's proof", true);
        return true;
    },

    async unwell({ organisation, model, oracle, rollouts }, { target }) {
        const { release, refused } = model.promotion(target);
        if (release === undefined || refused !== undefined) return false;
        const mark = join(organisation.cloud(target), "unwell");
        writeFileSync(mark, "");
        model.unwell.add(target);
        await rollouts.promote(target);
        rmSync(mark);
        model.unwell.delete(target);
        const resumed = await byHand(organisation, `resume ${target}`);
        oracle.ended(`resume ${target}`, resumed, model.isRed(release, target) ? 1 : 0);
        model.rolledOut(target, release, !model.isRed(release, target));
        await oracle.check(`resume ${target}`, true);
        return true;
    },

    async "around the gates"(course, { target }) {
        const { organisation, oracle, counts, rollouts } = course;
        const release = await course.unproved();
        await rollouts.promote(target, release);
        const up = `up ${target} --release ${release}`;
        await oracle.refused(up, () => byHand(organisation, up), "promotion-required");
        const here = `up ${target}`;
        await oracle.refused(here, () => byHand(organisation, here), "promotion-required");
        counts.refusal("promotion-required");
        await oracle.check("ways around the gates", true);
        return true;
    },

    async older({ model, rollouts }, { target, which }) {
        const greens = model.greens[sourceOf[target]].filter((one) => one !== model.present(target));
        const release = greens[Math.floor(which * greens.length)];
        if (release === undefined) return false;
        await rollouts.promote(target, release);
        return true;
    },

    async drift({ organisation, model, oracle }) {
        const there = environments.filter((one) => model.last(one) !== undefined);
        for (const one of there) oracle.ended(`drift ${one}`, await driftJob(organisation, one), 0);
        const [thing] = oracle.evidence.files("dev");
        if (thing === undefined) return false;
        const text = readFileSync(thing);
        rmSync(thing);
        oracle.ended("drift dev of which something is gone", await driftJob(organisation, "dev"), 5);
        writeFileSync(thing, text);
        await oracle.check("drift", true);
        return true;
    },

    async "changed outside"({ organisation, model, oracle, counts, rollouts }, { target }) {
        const source = sourceOf[target];
        const release = model.present(source);
        if (release === undefined || model.begun[source].length > 0) return false;
        const state = join(organisation.state(source), ".pulumi", "stacks", "app", `${source}.json`);
        const text = readFileSync(state, "utf8");
        writeFileSync(state, text.replace('"version":3,', '"version": 3,'));
        await oracle.refused(
            "a promotion of what was changed outside",
            () => promotionJob(organisation, target, undefined),
            "proof-stale",
        );
        counts.refusal("proof-stale");
        rollouts.disturbed.add(source);
        const up = `up ${source} --release ${release}`;
        await rollouts.rollOut(up, source, release, (blow) => byHand(organisation, up, { blow }));
        return true;
    },
};
