/** What is known of @pulumi/random: it makes up values, and keeps them in the state alone. */
import { createHmac } from "node:crypto";
import sdk from "@pulumi/random/package.json";
import type { Latency, Making, PackageTable, Refusal, Row } from "../../row";
import type { Values } from "../../../../components/provider/values";

const page = (resource: string): string => `https://www.pulumi.com/registry/packages/random/api-docs/${resource}/`;

const local: Latency = { create: 0.1, update: 0.1, delete: 0.1, source: "computed by the provider: no call is made" };

/** As many bytes as are wanted, the same for all of a resource's life. */
function bytes(token: string, count: number): Buffer {
    const blocks: Buffer[] = [];
    for (let block = 0; block * 32 < count; block++)
        blocks.push(createHmac("sha256", token).update(String(block)).digest());
    return Buffer.concat(blocks).subarray(0, count);
}

const sets = {
    upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    lower: "abcdefghijklmnopqrstuvwxyz",
    numeric: "0123456789",
    special: "!@#$%&*()-_=+[]{}<>:?",
} as const;
type SetName = keyof typeof sets;
const least: Readonly<Record<SetName, string>> = {
    upper: "minUpper",
    lower: "minLower",
    numeric: "minNumeric",
    special: "minSpecial",
};

function charactersOf(inputs: Values, name: SetName): string {
    if (inputs[name] === false || (name === "numeric" && inputs["number"] === false)) return "";
    const own = inputs["overrideSpecial"];
    return name === "special" && typeof own === "string" && own !== "" ? own : sets[name];
}

const names = Object.keys(sets) as SetName[];

/** A text of the length that is wanted, of the characters that are allowed, with as many of each kind as are demanded. */
function text({ inputs, token }: Pick<Making, "inputs" | "token">): string {
    const length = Number(inputs["length"]);
    const source = bytes(token, length * 2);
    const all = names.map((name) => charactersOf(inputs, name)).join("");
    const wanted = names.flatMap((name) =>
        Array.from({ length: Number(inputs[least[name]] ?? 0) }, () => charactersOf(inputs, name)),
    );
    const pick = (from: string, at: number): string => from[(source[at] ?? 0) % from.length] ?? "";
    return Array.from({ length }, (_, index) => pick(wanted[index] ?? all, index))
        .map((character, index) => ({ character, order: source[length + index] ?? 0 }))
        .sort((one, other) => one.order - other.order)
        .map(({ character }) => character)
        .join("");
}

/** Every input of these makes another one. */
const shape = ["keepers", "length", ...names, "number", ...Object.values(least), "overrideSpecial"];

const refusals = (resource: string): readonly Refusal[] => [
    {
        what: "a length of less than one",
        source: page(resource),
        because: ({ length }) =>
            Number(length) >= 1 ? undefined : `Attribute length value must be at least 1, got: ${String(length)}`,
        refused: { length: 0 },
    },
    {
        what: "more characters of single kinds than there are characters",
        source: page(resource),
        because: (inputs) => {
            const sum = Object.values(least).reduce((total, name) => total + Number(inputs[name] ?? 0), 0);
            return sum > Number(inputs["length"])
                ? `Attribute length value must be at least sum of min_upper, min_lower, min_numeric, min_special, got: ${String(inputs["length"])}`
                : undefined;
        },
        refused: { length: 3, minUpper: 2, minLower: 2 },
    },
    {
        what: "a text for which no character is allowed",
        source: page(resource),
        because: (inputs) =>
            names.every((name) => charactersOf(inputs, name) === "")
                ? "at least one of upper, lower, numeric, special must be true"
                : undefined,
        refused: { upper: false, lower: false, numeric: false, special: false },
    },
];

const row = (name: string, more: Omit<Row, "token" | "source" | "unique" | "latency" | "permissions">): Row => ({
    token: `random:index/${name}:${name[0]?.toUpperCase()}${name.slice(1)}`,
    source: page(name.toLowerCase()),
    unique: [],
    latency: local,
    permissions: [],
    ...more,
});

const uuid = ({ token }: Pick<Making, "token">): string => {
    const raw = bytes(token, 16);
    raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40;
    raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80;
    return raw.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

const rawId = ({ inputs, token }: Pick<Making, "inputs" | "token">): Buffer =>
    bytes(token, Number(inputs["byteLength"]));
const prefixed = (making: Making, shown: string): string => `${String(making.inputs["prefix"] ?? "")}${shown}`;

const rows: readonly Row[] = [
    row("randomPassword", {
        replaceOn: shape,
        required: ["length"],
        computed: {
            result: text,
            // As long as one, and of nothing: it fits no password.
            bcryptHash: ({ token }) => `$2a$10$${bytes(token, 40).toString("hex").slice(0, 53)}`,
        },
        secret: ["result", "bcryptHash"],
        refuses: refusals("randompassword"),
    }),
    row("randomString", {
        replaceOn: shape,
        required: ["length"],
        id: text,
        computed: { result: text },
        refuses: refusals("randomstring"),
    }),
    row("randomUuid", { replaceOn: ["keepers"], id: uuid, computed: { result: uuid } }),
    row("randomId", {
        replaceOn: ["byteLength", "keepers", "prefix"],
        required: ["byteLength"],
        id: (making) => rawId(making).toString("base64url"),
        computed: {
            hex: (making) => prefixed(making, rawId(making).toString("hex")),
            b64Std: (making) => prefixed(making, rawId(making).toString("base64")),
            b64Url: (making) => prefixed(making, rawId(making).toString("base64url")),
            dec: (making) => prefixed(making, BigInt(`0x${rawId(making).toString("hex")}`).toString()),
        },
        refuses: [
            {
                what: "an id of no bytes",
                source: page("randomid"),
                because: ({ byteLength }) =>
                    Number(byteLength) >= 1
                        ? undefined
                        : `Attribute byte_length value must be at least 1, got: ${String(byteLength)}`,
                refused: { byteLength: 0 },
            },
        ],
    }),
];

const examples: Readonly<Record<string, Values>> = {
    "random:index/randomPassword:RandomPassword": { length: 32, special: false, minNumeric: 2 },
    "random:index/randomString:RandomString": { length: 8, upper: false, special: false },
    "random:index/randomUuid:RandomUuid": {},
    "random:index/randomId:RandomId": { byteLength: 4 },
};

export const table: PackageTable = { version: sdk.version, rows, invokes: {}, examples };
