/** One process of several that work on one cloud. Arguments: the folder, what to do, who it is. */
import { SimulatedCloud } from "../../automation/rehearsal/cloud";
import { thingOf } from "./support";

const [directory = "", what, who = ""] = process.argv.slice(2);
const cloud = new SimulatedCloud(directory);
const rounds = 40;
const say = (answer: unknown): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

process.stdin.once("data", () => {
    if (what === "count") say(Array.from({ length: rounds }, () => cloud.count("calls")));
    if (what === "claim") {
        const token = (round: number): string => `${who}-${round}`;
        say(
            Array.from({ length: rounds }, (_, round) => round).filter(
                (round) =>
                    cloud.make(thingOf({ id: token(round), token: token(round) }), `name ${round}`) === undefined,
            ),
        );
    }
    // One name, taken and given back again and again; what two have at one time is told.
    if (what === "hold") {
        let twice = 0;
        for (let round = 0; round < rounds * 5; round++) {
            const id = `${who}-${round}`;
            if (cloud.make(thingOf({ id, token: id }), "one name") !== undefined) continue;
            if (cloud.all().length > 1) twice += 1;
            cloud.remove("test:index:Box", id);
        }
        say(twice);
    }
    if (what === "write")
        for (let round = 0; round < rounds * 5; round++)
            cloud.put(thingOf({ inputs: { who, text: who.repeat(20_000), round } }));
    if (what === "read") {
        const seen = new Set<string>();
        for (let round = 0; round < rounds * 5; round++) {
            const { who: by, text } = cloud.get("test:index:Box", "box-1")?.inputs as { who: string; text: string };
            if (text !== by.repeat(20_000)) throw new Error("a torn write was read");
            seen.add(by);
        }
        say([...seen]);
    }
    process.exit(0);
});
process.stdout.write("ready\n");
