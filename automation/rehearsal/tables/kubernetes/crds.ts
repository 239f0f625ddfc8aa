/** Which custom resources a cluster knows, and by what it came to know them. */
import type { SimulatedCloud } from "../../cloud";
import { isAdopted } from "../../adopted";
import { at, type Values } from "../../../../components/provider/values";

export const releaseToken = "kubernetes:helm.sh/v3:Release";
export const crdToken = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";

interface Definition {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    /** As in the name of the definition: `<plural>.<group>`. */
    readonly plural: string;
    /** Charts of which any brings it. */
    readonly charts: readonly string[];
}

const of = (group: string, version: string, charts: readonly string[], kinds: Readonly<Record<string, string>>) =>
    Object.entries(kinds).map(([kind, plural]): Definition => ({ group, version, kind, plural, charts }));

/**
 * Sources: the `crds` of the charts in components/kubernetes/charts.ts.
 */
export const definitions: readonly Definition[] = [
    ...of("cert-manager.io", "v1", ["cert-manager"], {
        Certificate: "certificates",
        CertificateRequest: "certificaterequests",
        Issuer: "issuers",
        ClusterIssuer: "clusterissuers",
    }),
    ...of("external-secrets.io", "v1", ["external-secrets"], {
        SecretStore: "secretstores",
        ClusterSecretStore: "clustersecretstores",
        ExternalSecret: "externalsecrets",
        ClusterExternalSecret: "clusterexternalsecrets",
    }),
    ...of("monitoring.coreos.com", "v1", ["prometheus-operator-crds", "kube-prometheus-stack"], {
        Alertmanager: "alertmanagers",
        PodMonitor: "podmonitors",
        Probe: "probes",
        Prometheus: "prometheuses",
        PrometheusRule: "prometheusrules",
        ServiceMonitor: "servicemonitors",
        ThanosRuler: "thanosrulers",
    }),
    ...of("flink.apache.org", "v1beta1", ["flink-kubernetes-operator"], {
        FlinkDeployment: "flinkdeployments",
        FlinkSessionJob: "flinksessionjobs",
        FlinkStateSnapshot: "flinkstatesnapshots",
        FlinkBlueGreenDeployment: "flinkbluegreendeployments",
    }),
];

/** Charts that have their definitions in a folder that `skipCrds` leaves out, or that a value switches off. */
const bringsCrds = (release: Values): boolean =>
    release["skipCrds"] !== true &&
    at(release, ["values", "crds", "enabled"]) !== false &&
    at(release, ["values", "installCRDs"]) !== false &&
    // Of cert-manager's chart, whose default is to install none.
    (release["chart"] !== "cert-manager" ||
        at(release, ["values", "crds", "enabled"]) === true ||
        at(release, ["values", "installCRDs"]) === true);

const chartOf = (release: Values): string => String(release["chart"]).split("/").at(-1) ?? "";

/** Whether an API server of the cluster knows a kind. */
export function serves(cloud: SimulatedCloud, apiVersion: string, kind: string): boolean {
    const known = definitions.find((one) => `${one.group}/${one.version}` === apiVersion && one.kind === kind);
    if (known !== undefined) {
        if (isAdopted(cloud.scope)) return true;
        const { charts } = known;
        const installed = cloud
            .all(releaseToken)
            .some(({ inputs }) => charts.includes(chartOf(inputs)) && bringsCrds(inputs));
        if (installed) return true;
    }
    return cloud.all(crdToken).some(({ inputs: { spec } }) => {
        const versions = at(spec, ["versions"]);
        return (
            at(spec, ["names", "kind"]) === kind &&
            Array.isArray(versions) &&
            versions.some((one: Values) => `${String(at(spec, ["group"]))}/${String(one["name"])}` === apiVersion)
        );
    });
}

/** Whether something on the cluster looks after objects of a chart's operator. */
export const operates = (cloud: SimulatedCloud, chart: string): boolean =>
    isAdopted(cloud.scope) || cloud.all(releaseToken).some(({ inputs }) => chartOf(inputs) === chart);

/** A definition that somebody else's cluster has, as it is read: only of the operators that are known here. */
export function presumedDefinition(id: string, cloud: SimulatedCloud): Values | undefined {
    const known = definitions.find(({ plural, group }) => `${plural}.${group}` === id);
    if (known === undefined || !isAdopted(cloud.scope)) return undefined;
    const { group, version, kind, plural } = known;
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: id },
        spec: { group, names: { kind, plural }, versions: [{ name: version, served: true, storage: true }] },
    };
}
