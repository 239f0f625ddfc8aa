import assert from "node:assert/strict";
import { fatesOf, protectedAxes } from "../../../automation/lakehouse/migration/fates";
import { catalog, example, flink, kafka, reachable } from "./sides";

type Edits = Readonly<Record<string, unknown>>;

const step = (before: Edits, after: Edits) => ({
    before: reachable("lake", before).settings,
    after: reachable("lake", after).settings,
});
/** `axis fate: what`. */
const told = (before: Edits, after: Edits): string[] =>
    fatesOf(step(before, after)).map(({ axis, fate, what }) => `${axis} ${fate}: ${what}`);
const why = (before: Edits, after: Edits, what: RegExp): string =>
    fatesOf(step(before, after)).find((one) => what.test(one.what))?.why ?? assert.fail(String(what));

const gcs = { storage: { profile: "gcs" } };
const batch = { mode: "batch" };

describe("what becomes of the data of a migration", () => {
    it("is kept where settings change and places do not", () => {
        assert.deepEqual(told({}, { "storage.oldVersionDays": 30, "broker.events": { partitions: 6 } }), [
            "storage kept: bronze and silver",
            "broker kept: events and dead letters in topics",
        ]);
    });

    it("of another storage is lost, and what a streaming job has read is not read again", () => {
        assert.deepEqual(told({}, gcs), [
            "storage lost: bronze and silver, with their history",
            "storage lost: events that bronze had read",
            "storage lost: checkpoints and savepoints of the streaming job",
            "broker kept: events and dead letters in topics",
            "catalog lost: entries of tables",
            "runtime replayed: marts",
        ]);
        assert.match(why({}, gcs, /bronze had read/), /consumer group tidegate-taxi-bronze stands/);
    });

    it("of another storage is read again by a batch job, as far back as topics keep it", () => {
        const before = { ...batch, "broker.events": { retentionHours: 168 } };
        const after = { ...before, ...gcs };
        assert.ok(told(before, after).includes("storage replayed: events that the topic still holds"));
        assert.match(why(before, after, /topic still holds/), /keeps events for 168 hours/);
    });

    it("of other brokers is lost, for a streaming job goes on at offsets of the old ones", () => {
        assert.deepEqual(told({}, { broker: kafka("two") }), [
            "storage kept: bronze and silver",
            "broker lost: events that the new topic holds before the old one's offsets",
            "broker lost: events and dead letters in topics",
        ]);
        assert.match(why({}, { broker: kafka("two") }, /in topics/), /they stay at one\.kafka\.example\.com:9094/);
    });

    it("of another catalog: both tables begin empty in it, though their files stay", () => {
        assert.deepEqual(told({}, { catalog: catalog("two") }), [
            "catalog lost: events that bronze had read",
            "broker kept: events and dead letters in topics",
            "catalog lost: entries of bronze and silver",
            "runtime replayed: marts",
        ]);
    });

    it("of another cluster: what is on the old one is lost, be it deleted or somebody else's", () => {
        const of = (name: string) => ({ foundation: example(name).raw["foundation"] });
        assert.ok(told(of("prod"), of("prodgcp")).includes("foundation lost: volumes and objects of the cluster"));
        assert.match(why(of("prod"), of("prodgcp"), /of the cluster/), /is deleted, with all that is on it$/);
        const adopted = { foundation: { profile: "kubeconfig", context: "theirs" } };
        assert.match(why(adopted, of("prod"), /of the cluster/), /stays, but the platform's namespaces in it go/);
    });

    it("of another cluster takes the catalog's database along where that is on it", () => {
        const { foundation, catalog: lakekeeper } = example("dev").raw;
        const identities = {
            catalog: { aws: { roleArn: "arn:aws:iam::123456789012:role/catalog", roleName: "catalog" } },
        };
        const [before, after] = [foundation, { profile: "kubeconfig", context: "theirs", identities }].map(
            (cluster) => ({
                foundation: cluster,
                catalog: lakekeeper,
            }),
        );
        assert.ok(told(before ?? {}, after ?? {}).includes("catalog lost: entries of tables"));
        assert.match(why(before ?? {}, after ?? {}, /entries of tables/), /is on the cluster that goes/);
    });

    it("of metrics is lost with the volume of a Prometheus that goes", () => {
        const fates = fatesOf({ before: example("docker").settings, after: example("local").settings });
        assert.deepEqual(
            fates.filter(({ axis }) => axis === "observability").map(({ fate, what }) => `${fate}: ${what}`),
            ["lost: metrics of the past"],
        );
    });

    it("of another Flink: nothing is lost, and some events may be in bronze twice", () => {
        assert.deepEqual(told({}, { runtime: flink("two") }), [
            "storage kept: bronze and silver",
            "runtime replayed: the position of the streaming job",
            "broker kept: events and dead letters in topics",
            "runtime replayed: marts",
        ]);
    });

    it("of a layer that the file names no more: its stack stays", () => {
        const after = { observability: undefined };
        const [first] = fatesOf(step({}, after));
        assert.deepEqual(
            [first?.axis, first?.fate, first?.what],
            ["observability", "kept", "the stack lake-observability"],
        );
        assert.match(first?.why ?? "", /tidegate down lake --only observability/);
    });

    it("of a storage without tables is lost all the same", () => {
        const alone = { catalog: undefined, runtime: undefined, observability: undefined };
        assert.ok(told(alone, { ...alone, ...gcs }).includes("storage lost: everything that is on it"));
    });

    it("never says that anything is copied, and claims no more than it knows of an embedded platform", () => {
        const [before, after] = [example("local").settings, example("docker").settings];
        const fates = fatesOf({ before, after });
        assert.deepEqual([...new Set(fates.map(({ fate }) => fate))].sort(), ["lost", "replayed"]);
        assert.match(
            fates.find(({ axis }) => axis === "storage")?.why ?? "",
            /its folder is deleted.*nothing is copied/,
        );
        assert.deepEqual(protectedAxes({ before, after }), [], "nothing embedded is protected");
    });

    it("names what is protected, and only what leaves", () => {
        const two = step({ protectData: true }, { ...gcs, broker: kafka("two") });
        assert.deepEqual(protectedAxes(two), ["storage"]);
        assert.deepEqual(protectedAxes(step({ protectData: true }, { "storage.oldVersionDays": 30 })), []);
    });
});
