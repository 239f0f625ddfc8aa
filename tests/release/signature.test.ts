import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generatePrivateKey } from "sshpk";
import { TidegateError } from "../../automation/core/errors";
import { AllowedSigners, SigningKey } from "../../automation/release/signature";

const coded = (code: string, about: RegExp) => (error: unknown) =>
    TidegateError.is(error) && error.code === code && about.test(error.message);

const pair = () => {
    const key = generatePrivateKey("ed25519");
    return { text: key.toString("openssh"), allowed: `ci@example.org,other ${key.toPublic().toString("ssh")}` };
};

describe("signatures", () => {
    const { text, allowed } = pair();
    const key = SigningKey.parse(text, "key");
    const trust = AllowedSigners.parse(`# who may\n\n${allowed}\n`, "allowed_signers");

    it("are of whoever may sign", () => {
        const signature = key.sign("message", "tidegate-release");
        const name = "ci@example.org";
        assert.deepEqual(trust.signerOf("message", signature, "tidegate-release"), {
            name,
            fingerprint: key.fingerprint,
        });
    });

    it("are none for another message, another namespace, another key, or with a character changed", () => {
        const signature = key.sign("message", "tidegate-release");
        assert.equal(trust.signerOf("massage", signature, "tidegate-release"), undefined);
        assert.equal(trust.signerOf("message", signature, "tidegate-proof"), undefined);
        const other = SigningKey.parse(pair().text, "other").sign("message", "tidegate-release");
        assert.equal(trust.signerOf("message", other, "tidegate-release"), undefined);
        const lines = signature.split("\n");
        for (let line = 1; line < lines.length - 2; line++)
            for (let at = 0; at < (lines[line]?.length ?? 0); at++) {
                const before = lines[line] ?? "";
                if (before[at] === "=") continue;
                // The last character before the padding has bits that nobody reads.
                if (before[at + 1] === "=" || before[at + 1] === undefined) continue;
                const changed = before.slice(0, at) + (before[at] === "A" ? "B" : "A") + before.slice(at + 1);
                const forged = lines.with(line, changed).join("\n");
                assert.equal(trust.signerOf("message", forged, "tidegate-release"), undefined, `${line}:${at}`);
            }
        for (const nothing of ["", "x", signature.slice(0, -40), `${signature}x`])
            assert.equal(trust.signerOf("message", nothing, "tidegate-release"), undefined);
    });

    it("take a key that a passphrase locks, and say what a key is not, without a part of it", () => {
        const folder = mkdtempSync(join(tmpdir(), "tidegate-signature-"));
        try {
            const file = join(folder, "key");
            if (spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "of the test", "-f", file]).status !== 0) return;
            const locked = readFileSync(file, "utf8");
            assert.throws(() => SigningKey.parse(locked, "key"), coded("signing-key-invalid", /passphrase/));
            assert.throws(() => SigningKey.parse(locked, "key", "wrong"), coded("signing-key-invalid", /./));
            assert.match(SigningKey.parse(locked, "key", "of the test").fingerprint, /^SHA256:/);
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
        const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
            type: "pkcs8",
            format: "pem",
        });
        assert.throws(() => SigningKey.parse(String(rsa), "key"), coded("signing-key-invalid", /of the type rsa/));
        assert.throws(
            () => SigningKey.parse("hunter2", "key"),
            (error: unknown) => TidegateError.is(error) && !error.message.includes("hunter2"),
        );
    });

    it("take no list of signers that says more than is understood", () => {
        const [names, ...rest] = allowed.split(" ");
        for (const line of [
            `${names} namespaces="git" ${rest.join(" ")}`,
            `${names} cert-authority ${rest.join(" ")}`,
            `${names} ssh-rsa AAAA`,
            `${names} ssh-ed25519 AAAA`,
            "nothing",
        ])
            assert.throws(() => AllowedSigners.parse(line, "it"), coded("signers-invalid", /it:1/), line);
        assert.throws(() => AllowedSigners.parse("# nobody\n", "it"), coded("signers-invalid", /nobody/));
    });

    it("are those of ssh-keygen, both ways", function () {
        if (spawnSync("ssh-keygen", ["-?"]).error !== undefined) this.skip();
        const folder = mkdtempSync(join(tmpdir(), "tidegate-signature-"));
        try {
            const at = (name: string): string => join(folder, name);
            execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at("key")]);
            const own = SigningKey.parse(readFileSync(at("key"), "utf8"), "key");
            const line = `me ${readFileSync(at("key.pub"), "utf8")}`;
            writeFileSync(at("allowed"), line);
            writeFileSync(at("message"), "message");
            writeFileSync(at("ours.sig"), own.sign("message", "tidegate-proof"));
            const verify = [
                "-Y",
                "verify",
                "-f",
                at("allowed"),
                "-I",
                "me",
                "-n",
                "tidegate-proof",
                "-s",
                at("ours.sig"),
            ];
            const said = execFileSync("ssh-keygen", verify, { input: "message", encoding: "utf8" });
            assert.ok(said.includes(own.fingerprint), said);
            assert.notEqual(spawnSync("ssh-keygen", verify, { input: "massage" }).status, 0);
            execFileSync("ssh-keygen", ["-Y", "sign", "-q", "-f", at("key"), "-n", "tidegate-proof", at("message")], {
                stdio: "ignore",
            });
            const theirs = readFileSync(at("message.sig"), "utf8");
            const signers = AllowedSigners.parse(line, "allowed");
            assert.equal(signers.signerOf("message", theirs, "tidegate-proof")?.name, "me");
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });
});
