import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { defaultStorageClass } from "../../../components/foundation/eksDisks";
import { at } from "../../../components/provider/values";
import { until } from "../support";

describe("the default class of disks on EKS", () => {
    it("encrypts them with the key that it is given, in the zone of the pod that takes them", async () => {
        const made: pulumi.runtime.MockResourceArgs[] = [];
        await pulumi.runtime.setMocks({
            call: () => ({}),
            newResource: (args) => {
                made.push(args);
                return { id: args.name, state: args.inputs as object };
            },
        });
        const keyArn = "arn:aws:kms:eu-west-1:123456789012:key/1";
        defaultStorageClass("disks", keyArn, {});
        await until("the class", () => made.length > 0);
        const inputs: unknown = made[0]?.inputs;
        assert.deepEqual(at(inputs, ["parameters"]), { type: "gp3", encrypted: "true", kmsKeyId: keyArn });
        assert.equal(at(inputs, ["volumeBindingMode"]), "WaitForFirstConsumer");
        assert.deepEqual(at(inputs, ["metadata", "annotations"]), {
            "storageclass.kubernetes.io/is-default-class": "true",
        });
    });
});
