/**
 * Where secrets are put by mistake, though what holds them keeps them in clear and shows them to many. There a text is
 * judged by its key and its looks; elsewhere only what is a secret beyond doubt is one, for ids and digests look alike.
 */
import type { Path } from "../../components/provider/values";

interface Place {
    readonly type: RegExp;
    /** Names of properties from the top; any index and any name below match `*`. */
    readonly at: RegExp;
}

const place = (type: RegExp, at: RegExp): Place => ({ type, at });
const podEnv = /(^|\.)(containers|initContainers)\.\d+\.(env\.\d+\.value|args|command)/;

const places: readonly Place[] = [
    place(/^kubernetes:core\/v1:ConfigMap$/, /^(data|binaryData)\./),
    place(/^kubernetes:(core|apps|batch)\//, podEnv),
    place(/^kubernetes:flink\.apache\.org\//, /^spec\.(flinkConfiguration|logConfiguration)|^spec\.job\.args/),
    place(/^kubernetes:flink\.apache\.org\//, podEnv),
    place(/^kubernetes:helm\.sh\//, /^(values|set)\b/),
    place(/^kubernetes:/, /^metadata\.(labels|annotations)\./),
    place(/^kubernetes:/, /^spec\.(config|settings|values)\b/),
    place(/^docker:index\/container:Container$/, /^(envs|command|entrypoints|labels)/),
    place(
        /^(aws|gcp|azure-native):.*(instance|launchTemplate|virtualMachine)/i,
        /user_?data|startup|customData|metadata\./i,
    ),
    place(/^aws:(lambda|ecs)\//, /environment|containerDefinitions/),
    place(/^(aws|gcp|azure-native|aiven|confluentcloud):/, /^(tags|labels|resourceLabels)\b/),
    place(/^aws:msk\/configuration/, /^serverProperties$/),
    // This project's own processes.
    place(/^tidegate:embedded:Process$/, /^(command|environment|files)\b/),
    place(/^tidegate:embedded:FlinkSqlJob$/, /./),
    place(/^pulumi:pulumi:Stack$/, /./),
    place(/^pulumi:providers:/, /./),
];

export function isPlaceOfSecrets(type: string, path: Path): boolean {
    const text = path.map(String).join(".");
    return places.some(({ type: of, at }) => of.test(type) && at.test(text));
}
