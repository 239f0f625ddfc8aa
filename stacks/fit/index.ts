/**
 * What of an environment's layers fits together: the one place where a file is refused for what its parts say of each other, and
 * for what the components would refuse. Before anything starts, with the key, so that the line can be told. Pure.
 */
import type { Problem } from "../../components/cloud/problem";
import { catalogOf, onCluster } from "./cluster";
import { components } from "./components";
import { dockerProblems } from "./docker";
import type { Environment } from "./environment";
import { identities } from "./identities";
import { lakekeeperProblems } from "./lakekeeper";
import { login } from "./login";
import { missing } from "./missing";
import { networks } from "./networks";
import { jobs } from "./nodes";
import { quotas } from "./quotas";
import { secrets } from "./secrets";
import { tags } from "./tags";
import { onThisMachine, slots } from "./thisMachine";
import { topics } from "./topics";

/** In the order in which somebody would put them right. */
export function* misfits(environment: Environment): Generator<Problem> {
    yield* missing(environment);
    yield* onThisMachine(environment);
    yield* slots(environment);
    yield* dockerProblems(environment);
    yield* onCluster(environment);
    yield* jobs(environment);
    yield* quotas(environment);
    yield* identities(environment);
    yield* networks(environment);
    yield* login(environment);
    yield* catalogOf(environment);
    yield* lakekeeperProblems(environment);
    yield* secrets(environment);
    yield* topics(environment);
    yield* tags(environment);
    yield* components(environment);
}
