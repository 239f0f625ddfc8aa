/**
 * Signatures as `ssh-keygen -Y sign` makes them and `ssh-keygen -Y verify` takes them, of Ed25519 keys. Pure. A release or
 * a proof is signed as the text that names it, so that anybody can check it without Tidegate.
 * Source of the format: https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
 */
import { createHash } from "node:crypto";
import { parseKey, parsePrivateKey, parseSignature, type Key, type PrivateKey } from "sshpk";
import { exitCodes, messageOf, TidegateError } from "../core/errors";

/** What was signed for one of these says nothing for the other. */
export type Namespace = "tidegate-release" | "tidegate-proof";

const magic = Buffer.from("SSHSIG");
const version = 1;
const hashName = "sha512";
const begin = "-----BEGIN SSH SIGNATURE-----";
const end = "-----END SSH SIGNATURE-----";

export interface Signer {
    /** The first of the names that a line gives: `ci@example.org`. */
    readonly name: string;
    /** As `ssh-keygen -l` prints it: `SHA256:…`. */
    readonly fingerprint: string;
}

interface Allowed extends Signer {
    readonly key: Key;
}

/** Who may sign: a file as `ssh-keygen -Y verify -f` takes it. */
export class AllowedSigners {
    private constructor(
        readonly where: string,
        private readonly allowed: readonly Allowed[],
    ) {}

    /**
     * Lines of `NAMES ssh-ed25519 KEY`; `#` begins a comment. Of the options of a line none is known: a key that is
     * allowed under conditions is not allowed without them.
     * @throws TidegateError `signers-invalid`
     */
    static parse(text: string, where: string): AllowedSigners {
        const lines = text.split("\n").map((line, index) => ({ line: line.trim(), number: index + 1 }));
        const allowed = lines
            .filter(({ line }) => line !== "" && !line.startsWith("#"))
            .map(({ line, number }) => allowedOf(line, `${where}:${number}`));
        if (allowed.length === 0) throw signersInvalid(`${where} allows nobody to sign.`);
        return new AllowedSigners(where, allowed);
    }

    /** Who has signed `message`; undefined where nobody has who may. */
    signerOf(message: string, signature: string, namespace: Namespace): Signer | undefined {
        const parsed = parseSshSignature(signature);
        if (parsed === undefined || parsed.namespace !== namespace) return undefined;
        const found = this.allowed.find(({ key }) => key.toBuffer("rfc4253").equals(parsed.publicKey));
        if (found === undefined) return undefined;
        const verifier = found.key.createVerify(hashName);
        verifier.update(signedData(message, namespace));
        try {
            if (!verifier.verify(parseSignature(parsed.signature, "ed25519", "ssh"))) return undefined;
        } catch {
            return undefined;
        }
        return { name: found.name, fingerprint: found.fingerprint };
    }
}

/** A private key that signs. */
export class SigningKey {
    private constructor(private readonly key: PrivateKey) {}

    /**
     * @param text of a key as `ssh-keygen -t ed25519` writes it
     * @throws TidegateError `signing-key-invalid`; never with a part of the key in it
     */
    static parse(text: string, where: string, passphrase?: string): SigningKey {
        let key: PrivateKey;
        try {
            key = parsePrivateKey(text, "auto", passphrase === undefined ? {} : { passphrase });
        } catch (error) {
            const locked = /encrypted|passphrase/i.test(messageOf(error));
            throw keyInvalid(
                `${where} ${locked ? "is locked by a passphrase, and TIDEGATE_SIGNING_PASSPHRASE does not open it" : "is no private key"}.`,
            );
        }
        if (key.type !== "ed25519") throw keyInvalid(`${where} is a key of the type ${key.type}.`);
        return new SigningKey(key);
    }

    get fingerprint(): string {
        return this.key.toPublic().fingerprint("sha256").toString();
    }

    sign(message: string, namespace: Namespace): string {
        const signer = this.key.createSign(hashName);
        signer.update(signedData(message, namespace));
        const blob = Buffer.concat([
            magic,
            uint32(version),
            string(this.key.toPublic().toBuffer("rfc4253")),
            ...fields(namespace),
            string(signer.sign().toBuffer("ssh")),
        ]);
        const lines = blob.toString("base64").match(/.{1,70}/g) ?? [];
        return [begin, ...lines, end, ""].join("\n");
    }
}

function allowedOf(line: string, where: string): Allowed {
    const [names = "", type = "", key = ""] = line.split(/\s+/);
    if (type !== "ssh-ed25519")
        throw signersInvalid(`${where} has to be NAMES ssh-ed25519 KEY; its second word is '${type}'.`);
    try {
        const parsed = parseKey(`${type} ${key}`, "ssh");
        const fingerprint = parsed.fingerprint("sha256").toString();
        return { name: names.split(",")[0] ?? names, fingerprint, key: parsed };
    } catch (error) {
        throw signersInvalid(`${where} has a key that cannot be read: ${messageOf(error)}`);
    }
}

interface SshSignature {
    readonly publicKey: Buffer;
    readonly namespace: string;
    readonly signature: Buffer;
}

/** Undefined where it is none, or of another version or hash. */
function parseSshSignature(text: string): SshSignature | undefined {
    const body = new RegExp(`^${begin}\n([A-Za-z0-9+/=\n]+)${end}\n?$`).exec(text)?.[1];
    if (body === undefined) return undefined;
    const blob = Buffer.from(body.replaceAll("\n", ""), "base64");
    let at = magic.length + 4;
    if (blob.length < at || !blob.subarray(0, magic.length).equals(magic)) return undefined;
    if (blob.readUInt32BE(magic.length) !== version) return undefined;
    const parts: Buffer[] = [];
    while (at + 4 <= blob.length) {
        const length = blob.readUInt32BE(at);
        if (at + 4 + length > blob.length) return undefined;
        parts.push(blob.subarray(at + 4, at + 4 + length));
        at += 4 + length;
    }
    const [publicKey, namespace, reserved, hash, signature] = parts;
    if (at !== blob.length || parts.length !== 5 || reserved?.length !== 0 || hash?.toString() !== hashName)
        return undefined;
    if (publicKey === undefined || namespace === undefined || signature === undefined) return undefined;
    return { publicKey, namespace: namespace.toString(), signature };
}

const uint32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
};

const string = (value: string | Buffer): Buffer => {
    const bytes = Buffer.from(value);
    return Buffer.concat([uint32(bytes.length), bytes]);
};

/** Namespace, what is reserved, and the hash: in the signature and in what it is of. */
const fields = (namespace: Namespace): Buffer[] => [string(namespace), string(""), string(hashName)];

const signedData = (message: string, namespace: Namespace): Buffer =>
    Buffer.concat([magic, ...fields(namespace), string(createHash(hashName).update(message).digest())]);

const signersInvalid = (message: string): TidegateError =>
    new TidegateError(message, {
        code: "signers-invalid",
        hint: "It is a file as `ssh-keygen -Y verify -f` takes it, without options: docs/releases.md.",
        exitCode: exitCodes.usage,
    });

const keyInvalid = (message: string): TidegateError =>
    new TidegateError(message, {
        code: "signing-key-invalid",
        hint: 'It has to be an Ed25519 key: `ssh-keygen -t ed25519 -N "" -f KEY`.',
        exitCode: exitCodes.usage,
    });
