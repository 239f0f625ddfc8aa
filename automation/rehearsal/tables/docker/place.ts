/** Images, networks and volumes. */
import type { Values } from "../../../../components/provider/values";
import type { Refusal, Row } from "../../row";
import { stackOf } from "../../cloud";
import { immediate } from "../latencies";
import { lakekeeperTokens } from "../tidegate/lakekeeper";
import { keptTokens } from "../tidegate/servers";
import { engine, hexId, imageToken, networkToken, provider, socket, volumeToken } from "./common";

/** Of what a server has written into its volume. */
const served: readonly string[] = [...keptTokens, ...lakekeeperTokens];

const holdsData = ({ labels }: Values): boolean =>
    ((labels as Values[] | undefined) ?? []).some(({ label, value }) => label === "tidegate.holds" && value === "data");

const named = (what: string, input = "name"): Refusal => ({
    what: `a ${what} whose name has other signs than letters, digits, _, . and -, or is one sign long`,
    source: `${engine} (names: [a-zA-Z0-9][a-zA-Z0-9_.-]+)`,
    because: (inputs) =>
        inputs[input] === undefined || /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(String(inputs[input]))
            ? undefined
            : `Error response from daemon: "${String(inputs[input])}" includes invalid characters for a ${what} name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed`,
    refused: { [input]: "with a/slash" },
});

export const rows: readonly Row[] = [
    {
        token: imageToken,
        source: provider("resource_docker_image"),
        replaceOn: ["name", "pullTriggers", "triggers", "platform", "build"],
        required: ["name"],
        unique: ["name"],
        // A pull of what is there.
        idempotent: true,
        id: ({ inputs, token }) => `sha256:${hexId(token)}${String(inputs["name"])}`,
        computed: {
            imageId: ({ token }) => `sha256:${hexId(token)}`,
            repoDigest: ({ inputs }) => String(inputs["name"]),
        },
        latency: {
            create: 30,
            delete: 1,
            source: "a download, of no published figure: half a gigabyte at 17 MB/s",
        },
        permissions: socket,
    },
    {
        token: networkToken,
        source: provider("resource_docker_network"),
        replaceOn: [
            "name",
            "labels",
            "driver",
            "options",
            "internal",
            "attachable",
            "ingress",
            "ipv6",
            "ipamDriver",
            "ipamOptions",
            "ipamConfigs",
        ],
        autoName: { input: "name" },
        // Two of one name are refused since API 1.44.
        unique: ["name"],
        id: ({ token }) => hexId(token),
        computed: { driver: () => "bridge", scope: () => "local", internal: () => false, ipamConfigs: () => [] },
        refuses: [named("network")],
        latency: immediate,
        permissions: socket,
    },
    {
        token: volumeToken,
        source: provider("resource_docker_volume"),
        replaceOn: ["name", "labels", "driver", "driverOpts"],
        autoName: { input: "name" },
        unique: ["name"],
        // VolumeCreate answers with the volume of that name, where there is one.
        idempotent: true,
        id: ({ inputs }) => String(inputs["name"]),
        computed: {
            driver: () => "local",
            mountpoint: ({ inputs }) => `/var/lib/docker/volumes/${String(inputs["name"])}/_data`,
        },
        refuses: [named("volume")],
        // Volumes with data say so by a label.
        contains: true,
        inside: ({ inputs, urn }, { type, urn: other }) =>
            holdsData(inputs) && stackOf(other) === stackOf(urn) && served.includes(type),
        latency: immediate,
        permissions: socket,
    },
];

const labels = [{ label: "tidegate.environment", value: "example" }];

export const examples: Readonly<Record<string, Values>> = {
    [imageToken]: { name: `registry.example/example@sha256:${"0123456789abcdef".repeat(4)}`, keepLocally: true },
    [networkToken]: { name: "example", driver: "bridge", labels },
    [volumeToken]: { name: "example", driver: "local", labels },
};
