/** Classes of the disks that pods claim. */
import { at, type Values } from "../../../../components/provider/values";
import type { Row } from "../../row";
import { example, object, provider } from "./common";

const storage = "storage.k8s.io";
const modes = ["Immediate", "WaitForFirstConsumer"];

export const rows: readonly Row[] = [
    object({
        token: `kubernetes:${storage}/v1:StorageClass`,
        resource: `${storage}/storageclasses`,
        source: `${provider}/diff.go`,
        namespaced: false,
        replaceOn: ["parameters", "provisioner"],
        required: ["provisioner"],
        refuses: [
            {
                what: "a class that binds its claims neither at once nor with their first pod",
                source: "https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode",
                because: (inputs) => {
                    const mode = at(inputs, ["volumeBindingMode"]) ?? "Immediate";
                    return modes.includes(String(mode))
                        ? undefined
                        : `StorageClass is invalid: volumeBindingMode: Unsupported value: "${String(mode)}"`;
                },
                refused: { volumeBindingMode: "Later" },
            },
        ],
    }),
];

export const examples: Readonly<Record<string, Values>> = {
    [`kubernetes:${storage}/v1:StorageClass`]: example(
        `${storage}/v1`,
        "StorageClass",
        { provisioner: "ebs.csi.aws.com", parameters: { type: "gp3" } },
        false,
    ),
};
