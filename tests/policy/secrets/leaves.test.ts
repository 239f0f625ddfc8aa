import assert from "node:assert/strict";
import { leavesOf } from "../../../policy/secrets";

describe("leavesOf", () => {
    it("names what follows an option, and an object that is a name and its value", () => {
        assert.deepEqual(
            [...leavesOf({ args: ["serve", "--admin-password", "x", "--quiet", "--no-password", "run"] })].map(
                ({ keyPath }) => keyPath,
            ),
            ["args[0]", "args[1]", "args[--admin-password]", "args[3]", "args[4]", "args[5]"],
        );
        assert.deepEqual(
            [...leavesOf({ name: "/prod/password", value: "x", type: "String" })],
            [
                { keyPath: "[/prod/password].name", value: "/prod/password" },
                { keyPath: "[/prod/password].value", value: "x" },
                { keyPath: "[/prod/password].type", value: "String" },
            ],
        );
    });

    it("names what a program takes for a password without an option that says so", () => {
        const last = (...args: string[]) => [...leavesOf({ args })].at(-1)?.keyPath;
        for (const args of [
            ["CMD", "mysqladmin", "-uroot", "-phunter2"],
            ["/usr/bin/redis-cli", "-a", "hunter2"],
            ["docker", "login", "-p", "hunter2"],
        ])
            assert.equal(last(...args), "args[--password]", args.join(" "));
        for (const args of [
            ["mysql", "-p", "lake"],
            ["redis-cli", "-p", "6379"],
            ["tar", "-pxf"],
            ["docker", "run", "-p", "80:80"],
        ])
            assert.equal(last(...args), `args[${args.length - 1}]`, args.join(" "));
    });

    it("names the entries of lists that are a name and a value", () => {
        const leaves = [...leavesOf({ env: [{ name: "DB_PASSWORD", value: "x" }, { name: "y" }], port: 1, on: true })];
        assert.deepEqual(leaves, [
            { keyPath: "env[DB_PASSWORD].name", value: "DB_PASSWORD" },
            { keyPath: "env[DB_PASSWORD].value", value: "x" },
            { keyPath: "env[1].name", value: "y" },
            { keyPath: "port", value: "1" },
        ]);
    });
});
