/** A key of one's own in Cloud KMS, and the service agent that may use it. */
import * as kms from "@pulumi/gcp/kms";
import * as pulumi from "@pulumi/pulumi";
import { tagsOf, type CloudArgs } from "./args";
import type { GcpAccount } from "./gcp";

/** 90 days. Source: CIS Google Cloud Platform Foundation Benchmark, "KMS encryption keys are rotated within a period of 90 days". */
const rotationSeconds = 90 * 86_400;
/** For which a deletion of a version can be taken back: 30 days, what KMS does where nobody says. */
const destroyScheduledSeconds = 30 * 86_400;

export interface OwnKeyArgs extends CloudArgs {
    account: GcpAccount;
    layer: string;
    /** `serviceAccount:…` of the service whose data it encrypts. */
    agent: pulumi.Input<string>;
}

export interface OwnKey {
    /** Its id is its resource name, `projects/P/locations/R/keyRings/K/cryptoKeys/data`. */
    readonly key: kms.CryptoKey;
    /** What has to be there before the service can make anything with the key. */
    readonly granted: kms.CryptoKeyIAMMember;
}

/**
 * The ring's name is the provider's, with seven random digits: nothing in KMS can be deleted but the versions of a key, and
 * a platform that is made again needs another ring.
 * Source: https://cloud.google.com/kms/docs/create-key-ring ("key rings cannot be deleted")
 */
export function ownKey(name: string, args: OwnKeyArgs, parent: pulumi.Resource): OwnKey {
    const { account, layer, agent, protectData: protect = true } = args;
    // Without it all data is lost.
    const data = { parent, protect, retainOnDelete: protect };
    const ring = new kms.KeyRing(`${name}-keys`, { project: account.project, location: account.region }, data);
    const key = new kms.CryptoKey(
        `${name}-key`,
        {
            keyRing: ring.id,
            name: "data",
            purpose: "ENCRYPT_DECRYPT",
            rotationPeriod: `${rotationSeconds}s`,
            destroyScheduledDuration: `${destroyScheduledSeconds}s`,
            deletionPolicy: deletionPolicy(protect),
            labels: tagsOf(args, layer),
        },
        data,
    );
    const granted = new kms.CryptoKeyIAMMember(
        `${name}-key-use`,
        { cryptoKeyId: key.id, role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", member: agent },
        { parent },
    );
    return { key, granted };
}

/** Whether the provider may delete a thing of which Google's API knows no protection. */
export const deletionPolicy = (protect: boolean): string => (protect ? "PREVENT" : "DELETE");
