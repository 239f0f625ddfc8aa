import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { exitCodes, TidegateError } from "../../../automation/core/errors";
import { repositoryRoot } from "../../../automation/core/repository";
import { ExternalBroker } from "../../../components/broker/external";
import type { Build } from "../../profile";
import { namesOf } from "./names";

export const build: Build<"broker", "external"> = (
    { environment },
    { profile: _, caFile, events: __, deadLetters: ___, ...settings },
) => {
    const file = caFile === undefined ? undefined : resolve(repositoryRoot, caFile);
    const { contract } = new ExternalBroker("broker", {
        ...settings,
        topics: namesOf(environment).topics,
        ...(file === undefined ? {} : { caPem: read(file) }),
        // Flink on this machine reads the file itself.
        ...(environment.runtime?.profile === "embedded" ? { caFile: file } : {}),
    });
    return Promise.resolve({ ...contract });
};

function read(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        throw new TidegateError(`broker.caFile, ${file}, cannot be read.`, {
            code: "broker-settings-invalid",
            hint: "Name a PEM file: absolute, or from the root of the project.",
            cause: error,
            exitCode: exitCodes.usage,
        });
    }
}
