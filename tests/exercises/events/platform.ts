/** The broker of a platform that runs, for tests that need a real one; TIDEGATE_TEST_PLATFORM holds its contracts. */
import { readFileSync } from "node:fs";
import { Admin } from "@platformatic/kafka";
import { kafkaOptions, type KafkaConnection } from "../../../automation/clients/kafkaConnection";
import { brokerContract } from "../../../stacks/contracts";
import { z } from "zod";

/** The JSON itself or the name of a file with it, `{"storage": …, "broker": …, "catalog": …, "runtime": …}`. */
export function testBroker(): KafkaConnection | undefined {
    const given = process.env.TIDEGATE_TEST_PLATFORM;
    if (given === undefined || given === "") return undefined;
    const text = given.trimStart().startsWith("{") ? given : readFileSync(given, "utf8");
    return z.object({ broker: brokerContract }).parse(JSON.parse(text)).broker;
}

let made = 0;

/** Makes a topic of its own for a test; `remove` deletes all of them. */
export class TestTopics {
    readonly #admin: Admin;
    readonly #topics: string[] = [];

    constructor(connection: KafkaConnection) {
        this.#admin = new Admin(kafkaOptions(connection, "tidegate-test"));
    }

    async make(name = `tidegate.test.events.${process.pid}.${++made}`): Promise<string> {
        await this.#admin.createTopics({ topics: [name], partitions: 3, replicas: 1 });
        this.#topics.push(name);
        return name;
    }

    async delete(topic: string): Promise<void> {
        await this.#admin.deleteTopics({ topics: [topic] });
        this.#topics.splice(this.#topics.indexOf(topic), 1);
    }

    async remove(): Promise<void> {
        if (this.#topics.length > 0) await this.#admin.deleteTopics({ topics: this.#topics });
        await this.#admin.close();
    }
}
