/** Containers. */
import { at, type Values } from "../../../../components/provider/values";
import type { Row } from "../../row";
import { containerToken, engine, hexId, imageToken, networkToken, provider, socket, volumeToken } from "./common";

const resource = provider("resource_docker_container");
const functions = provider("resource_docker_container_funcs");
const list = (inputs: Values, name: string): Values[] => (inputs[name] as Values[] | undefined) ?? [];

/** `ip:port/protocol` on the machine. */
const published = (inputs: Values): string[] =>
    list(inputs, "ports").flatMap(({ external, ip = "0.0.0.0", protocol = "tcp" }) =>
        external === undefined ? [] : [`${String(ip)}:${String(external)}/${String(protocol)}`],
    );
/** Whether two are of one port: `0.0.0.0` is every address. */
const collide = (one: string, other: string): boolean => {
    const [first = "", second = ""] = [one, other].map((text) => text.slice(text.lastIndexOf(":")));
    return first === second && (one === other || one.startsWith("0.0.0.0") || other.startsWith("0.0.0.0"));
};

export const row: Row = {
    token: containerToken,
    source: resource,
    replaceOn: [
        ...[
            "name",
            "image",
            "hostname",
            "domainname",
            "command",
            "entrypoints",
            "user",
            "workingDir",
            "envs",
            "labels",
        ],
        ...["readOnly", "capabilities", "securityOpts", "privileged", "usernsMode", "groupAdds", "sysctls", "ulimits"],
        ...["mounts", "volumes", "tmpfs", "uploads", "shmSize", "storageOpts", "devices", "deviceRequests", "gpus"],
        ...["ports", "publishAllPorts", "hosts", "dns", "dnsOpts", "dnsSearches", "networkMode", "networksAdvanced"],
        ...["pidMode", "ipcMode", "cgroupnsMode", "init", "tty", "stdinOpen", "runtime", "platform"],
        ...["healthcheck", "stopSignal", "stopTimeout", "logDriver", "logOpts", "cpus"],
    ],
    required: ["image"],
    autoName: { input: "name" },
    unique: ["name"],
    references: [
        // An image that a container runs is only untagged.
        { input: "image", type: imageToken, by: "imageId", holds: false },
        { input: "volumes.volumeName", type: volumeToken, by: "name" },
        { input: "networksAdvanced.name", type: networkToken, by: "name" },
    ],
    id: ({ token }) => hexId(token),
    computed: {
        bridge: () => "",
        networkDatas: () => [],
        // Of one that has ended; what runs on has none.
        exitCode: () => 0,
        containerLogs: () => "",
    },
    refuses: [
        {
            what: "a container whose name has other signs than letters, digits, _, . and -",
            source: `${engine} (names: [a-zA-Z0-9][a-zA-Z0-9_.-]+)`,
            because: ({ name }) =>
                name === undefined || /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(String(name))
                    ? undefined
                    : `Error response from daemon: Invalid container name (${String(name)}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
            refused: { name: "with a/slash" },
        },
        {
            what: "a file for a container whose root is read-only: it comes between its making and its start",
            source: `${functions} (CopyToContainer to /), https://docs.docker.com/reference/cli/docker/container/cp/`,
            because: (inputs) =>
                inputs["readOnly"] === true && list(inputs, "uploads").length > 0
                    ? "Unable to upload volume content: Error response from daemon: container rootfs is marked read-only"
                    : undefined,
            refused: { readOnly: true, uploads: [{ file: "/etc/example", content: "an example" }] },
        },
        {
            what: "a file without content, or with two",
            source: functions,
            because: (inputs) => {
                for (const upload of list(inputs, "uploads")) {
                    const given = ["content", "contentBase64", "source"].filter((name) => (upload[name] ?? "") !== "");
                    if (given.length === 0)
                        return "error with upload content: one of 'content', 'content_base64', or 'source' must be set";
                    if (given.length > 1)
                        return "error with upload content: only one of 'content', 'content_base64', or 'source' can be set";
                }
                return undefined;
            },
            refused: { readOnly: false, uploads: [{ file: "/etc/example", content: "" }] },
        },
        {
            what: "to wait for the health of a container that has no check of it",
            source: functions,
            because: (inputs) =>
                inputs["wait"] === true && inputs["start"] !== false && inputs["healthcheck"] === undefined
                    ? "you have supplied a 'wait' argument, but the container does not have a healthcheck defined"
                    : undefined,
            refused: { wait: true, healthcheck: undefined },
        },
        {
            what: "a restart policy that Docker does not know",
            source: resource,
            because: ({ restart }) =>
                restart === undefined || ["no", "on-failure", "always", "unless-stopped"].includes(String(restart))
                    ? undefined
                    : `"restart" must be one of no, on-failure, always, unless-stopped, got ${String(restart)}`,
            refused: { restart: "sometimes" },
        },
        {
            what: "a limit of memory below 6 MB",
            source: "https://docs.docker.com/engine/containers/resource_constraints/ (minimum 6m)",
            because: ({ memory }) =>
                memory === undefined || Number(memory) === 0 || Number(memory) >= 6
                    ? undefined
                    : "Error response from daemon: Minimum memory limit allowed is 6MB",
            refused: { memory: 4, memorySwap: 4 },
        },
        {
            what: "less memory with swap than without",
            source: "https://docs.docker.com/engine/containers/resource_constraints/ (--memory-swap)",
            because: ({ memory = 0, memorySwap = 0 }) =>
                Number(memorySwap) > 0 && Number(memorySwap) < Number(memory)
                    ? "Error response from daemon: Minimum memoryswap limit should be larger than memory limit, see usage"
                    : undefined,
            refused: { memory: 512, memorySwap: 256 },
        },
        {
            what: "one port of the machine for two containers",
            source: "https://docs.docker.com/engine/network/port-publishing/",
            because: (inputs, cloud) => {
                const wanted = published(inputs);
                for (const other of cloud.all(containerToken)) {
                    if (other.inputs["name"] === inputs["name"]) continue;
                    const taken = published(other.inputs).find((one) => wanted.some((port) => collide(one, port)));
                    if (taken !== undefined)
                        return `Error response from daemon: Bind for ${taken.replace(/\/\w+$/, "")} failed: port is already allocated`;
                }
                return wanted.length > new Set(wanted).size
                    ? "Error response from daemon: port is already allocated"
                    : undefined;
            },
            refused: {
                ports: [
                    { internal: 80, external: 8080, ip: "127.0.0.1" },
                    { internal: 81, external: 8080, ip: "127.0.0.1" },
                ],
            },
        },
        {
            what: "a network beside none, or beside the machine's own",
            source: "https://docs.docker.com/reference/cli/docker/network/connect/",
            because: (inputs) =>
                ["none", "host"].includes(String(at(inputs, ["networkMode"]))) &&
                list(inputs, "networksAdvanced").length > 0
                    ? `Unable to connect to network: container cannot be connected to multiple networks with one of the networks in private (${String(inputs["networkMode"])}) mode`
                    : undefined,
            refused: { networkMode: "none" },
        },
    ],
    latency: {
        create: 15,
        update: 1,
        delete: 10,
        source: "until it is healthy, and until it has ended: no published figure, of these programs on a laptop",
    },
    permissions: socket,
};

export const example: Values = {
    name: "example",
    image: { example: imageToken, by: "imageId" },
    command: ["serve"],
    user: "1000",
    readOnly: true,
    restart: "unless-stopped",
    memory: 256,
    memorySwap: 256,
    wait: true,
    healthcheck: { tests: ["CMD", "true"] },
    ports: [{ internal: 80, external: 8080, ip: "127.0.0.1", protocol: "tcp" }],
    volumes: [{ volumeName: { example: volumeToken, by: "name" }, containerPath: "/data" }],
    networksAdvanced: [{ name: { example: networkToken, by: "name" }, aliases: ["example"] }],
};
