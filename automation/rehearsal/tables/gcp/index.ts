/** What is known of Google Cloud, as @pulumi/gcp makes it. */
import sdk from "@pulumi/gcp/package.json";
import type { Invoke, PackageTable } from "../../row";
import { projectNumber, projectOf } from "./common";
import * as compute from "./compute";
import * as container from "./container";
import * as iam from "./iam";
import * as kms from "./kms";
import * as managedkafka from "./managedkafka";
import * as sql from "./sql";
import * as storage from "./storage";

const services = [compute, container, iam, kms, managedkafka, sql, storage];

const getProject: Invoke = ({ projectId }, settings) => {
    const project = String(projectId ?? projectOf({ settings, inputs: {} }));
    return {
        ...{ id: `projects/${project}`, projectId: project, name: project, number: projectNumber(project) },
        ...{ labels: {}, effectiveLabels: {}, pulumiLabels: {}, tags: {}, autoCreateNetwork: false },
        ...{ billingAccount: "", deletionPolicy: "PREVENT", folderId: "", orgId: "" },
    };
};

const getProjectServiceAccount: Invoke = (inputs, settings) => {
    const project = projectOf({ settings, inputs });
    const emailAddress = `service-${projectNumber(project)}@gs-project-accounts.iam.gserviceaccount.com`;
    return { id: emailAddress, emailAddress, member: `serviceAccount:${emailAddress}`, project };
};

const getClientConfig: Invoke = (_args, settings) => ({
    ...{ id: "rehearsal", accessToken: "rehearsal", defaultLabels: settings["defaultLabels"] ?? {} },
    ...{ project: projectOf({ settings, inputs: {} }), region: settings["region"] ?? "", zone: settings["zone"] ?? "" },
});

export const table: PackageTable = {
    version: sdk.version,
    rows: services.flatMap(({ rows }) => rows),
    invokes: {
        "gcp:organizations/getProject:getProject": getProject,
        "gcp:organizations/getClientConfig:getClientConfig": getClientConfig,
        "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": getProjectServiceAccount,
    },
    examples: Object.assign({}, ...services.map(({ examples }) => examples)) as PackageTable["examples"],
};
