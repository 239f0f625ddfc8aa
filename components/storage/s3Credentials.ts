/** The one pair of keys of a SeaweedFS on this machine. */
import type * as pulumi from "@pulumi/pulumi";
import { Credential } from "../embedded/resources";

export interface S3Credentials {
    readonly accessKeyId: pulumi.Output<string>;
    readonly secretAccessKey: pulumi.Output<string>;
}

export function s3Credentials(name: string, parent: pulumi.Resource): S3Credentials {
    const accessKey = new Credential(`${name}-access-key`, { length: 20, charset: "upper" }, { parent });
    const secretKey = new Credential(`${name}-secret-key`, { length: 40 }, { parent });
    return { accessKeyId: accessKey.value, secretAccessKey: secretKey.value };
}
