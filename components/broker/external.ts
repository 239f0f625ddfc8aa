/** The broker layer on brokers that somebody else runs: nothing is made, and what is there already is described. */
import * as pulumi from "@pulumi/pulumi";
import { exitCodes, TidegateError } from "../../automation/core/errors";
import { parseSecretRef } from "../../stacks/secretRef";
import { external as settings } from "../../stacks/settings/broker/external";
import { demandArgs, rulesOf } from "../arguments";
import type { ContractOutputs } from "../embedded/contract";
import { externalProblems, type ExternalConnection } from "./externalRules";
import { probeTopic } from "./topicNames";
import { namesOfMore, type WantedTopics } from "./topics";
import { caFileInPods } from "./trust";

export interface ExternalBrokerArgs extends Omit<ExternalConnection, "trusts"> {
    /** Topics that are there. */
    topics: { events: string; deadLetters: string };
    /** Further ones that are there. @default none */
    moreTopics?: WantedTopics["moreTopics"];
    /** Certificate authority of the brokers. @default the public ones */
    caPem?: string;
    /** Where Flink finds `caPem`, absolute. @default where who runs it on a cluster mounts it */
    caFile?: string;
}

/** What a PEM file of certificates is, and of nothing else: a key in it would be in the contract. */
const certificates = /^(\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----)+\s*$/;

export class ExternalBroker extends pulumi.ComponentResource {
    readonly contract: ContractOutputs<"broker">;

    constructor(name: string, args: ExternalBrokerArgs, options?: pulumi.ComponentResourceOptions) {
        refuse(args);
        demandArgs("The connection to brokers that somebody else runs", rulesOf(settings), args);
        super("tidegate:broker:External", name, {}, options);
        const { bootstrapServers, securityProtocol = "SASL_SSL", saslMechanism = null } = args;
        const { secretRef = null, caPem = null, clientProperties = {}, topics } = args;
        this.contract = {
            profile: pulumi.output("external" as const),
            bootstrapServers: pulumi.output(bootstrapServers),
            securityProtocol: pulumi.output(securityProtocol),
            saslMechanism: pulumi.output(saslMechanism),
            caPem: pulumi.output(caPem),
            caFile: pulumi.output(caPem === null ? null : (args.caFile ?? caFileInPods)),
            clientProperties: pulumi.output<Record<string, string>>({ ...clientProperties }),
            topics: pulumi.output({ ...topics, probe: probeTopic, more: namesOfMore(args) }),
            credentials: pulumi.output(null),
            secretRef: pulumi.output(secretRef),
            cluster: pulumi.output(null),
        };
        this.registerOutputs({ contract: this.contract });
    }
}

function refuse(args: ExternalBrokerArgs): void {
    const { caPem, secretRef } = args;
    const problems = externalProblems({ ...args, trusts: caPem !== undefined }).map(
        ({ path, message }) => `  ${path.join(".")} ${message}`,
    );
    if (caPem !== undefined && !certificates.test(caPem))
        problems.push("  caFile has to hold certificates in PEM, and nothing else");
    if (secretRef !== undefined) parseSecretRef(secretRef);
    if (problems.length > 0)
        throw new TidegateError(`The brokers cannot be reached as they are described:\n${problems.join("\n")}`, {
            code: "broker-settings-invalid",
            hint: "docs/profiles/kafka.md tells what fits together.",
            exitCode: exitCodes.usage,
        });
}
