/** The corpus: what is a secret and what is none, by hand and from a seed. It was written before the rules. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { Chance } from "./chance";
import { falseKinds, trueKinds, type Maker } from "./generated";
import { otherFalseKinds, otherTrueKinds } from "./holdout";

export interface Case {
    /** Of the file it would stand in. */
    readonly format: string;
    readonly keyPath: string;
    readonly value: string;
    readonly secret: boolean;
}

export interface Part {
    readonly name: "hand-written" | "generated" | "hold-out";
    readonly cases: readonly Case[];
}

const rows = z.array(z.tuple([z.string(), z.string(), z.string()]));

function written(file: string, secret: boolean): Case[] {
    const found = rows.parse(parse(readFileSync(join(__dirname, file), "utf8")));
    return found.map(([format, keyPath, value]) => ({ format, keyPath, value: value.replaceAll("¦", ""), secret }));
}

function generated(makers: readonly Maker[], seed: number, each: number, secret: boolean): Case[] {
    const chance = new Chance(seed);
    return makers.flatMap((make) =>
        Array.from({ length: each }, () => {
            const [format, keyPath, value] = make(chance);
            return { format, keyPath, value, secret };
        }),
    );
}

export function corpus(): readonly Part[] {
    return [
        { name: "hand-written", cases: [...written("true.yaml", true), ...written("false.yaml", false)] },
        {
            name: "generated",
            cases: [...generated(trueKinds, 20251103, 4, true), ...generated(falseKinds, 20251104, 4, false)],
        },
        {
            name: "hold-out",
            cases: [...generated(otherTrueKinds, 77001, 3, true), ...generated(otherFalseKinds, 77002, 3, false)],
        },
    ];
}
