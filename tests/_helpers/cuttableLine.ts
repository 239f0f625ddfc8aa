/** A line between a client and a server on 127.0.0.1 that can be cut and mended. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export class CuttableLine {
    private readonly sockets = new Set<Socket>();
    private whole = true;
    /** How many clients have tried in vain since it was cut. */
    refused = 0;

    private constructor(
        private readonly server: Server,
        private readonly port: number,
    ) {
        server.on("connection", (client) => {
            if (!this.whole) {
                this.refused += 1;
                return void client.destroy();
            }
            const target = connect(this.port, "127.0.0.1");
            for (const [one, other] of [
                [client, target],
                [target, client],
            ] as const) {
                this.sockets.add(one);
                one.on("error", () => other.destroy());
                one.on("close", () => {
                    this.sockets.delete(one);
                    other.destroy();
                });
                one.pipe(other);
            }
        });
    }

    /** @param target `http://127.0.0.1:PORT` */
    static async to(target: string): Promise<CuttableLine> {
        const server = createServer();
        const line = new CuttableLine(server, Number(new URL(target).port));
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        return line;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    }

    /** What is under way is broken off, and nothing new gets through. */
    cut(): void {
        this.whole = false;
        this.refused = 0;
        for (const socket of this.sockets) socket.destroy();
    }

    mend(): void {
        this.whole = true;
    }

    async close(): Promise<void> {
        this.cut();
        this.server.close();
        await once(this.server, "close");
    }
}
