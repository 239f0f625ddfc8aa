import assert from "node:assert/strict";
import { isLoopback } from "../../automation/core/loopback";

describe("the loopback", () => {
    const own = [
        ...["localhost", "LOCALHOST", "localhost.", "kafka.localhost", "127.0.0.1", "127.8.9.10"],
        ...["::1", "[::1]", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", new URL("http://[0:0::1]:1/").hostname],
        // As browsers and Node read it.
        new URL("http://127.1/").hostname,
    ];
    for (const host of own) it(`is ${host}`, () => assert.ok(isLoopback(host)));

    const others = [
        ...["localhost.example.com", "notlocalhost", "127.0.0.1.example.com", "128.0.0.1", "10.0.0.1", "0.0.0.0"],
        ...["::", "[::2]", "::ffff:10.0.0.1", "", ".localhost"],
    ];
    for (const host of others) it(`is not '${host}'`, () => assert.ok(!isLoopback(host)));
});
