/** How the JVMs of the embedded platform are started: many small ones on one machine. */

export interface JvmOptions {
    /** MiB. */
    initialHeap: number;
    /** MiB. */
    maximumHeap: number;
    /** MiB of class metadata. @default the JVM's, which is no limit */
    metaspace?: number;
    /** MiB of memory outside the heap. @default as much as the heap */
    direct?: number;
    /**
     * `start`: the first compiler alone, for programs that are started more than they compute. `throughput`: both.
     * @default throughput
     */
    compiler?: "start" | "throughput";
    /** Whose archive of classes it starts from (automation/toolchain/classArchive.ts). */
    classes: "kafka" | "flink";
    /** @default serial, which takes the least memory and threads */
    collector?: "serial" | "g1";
}

/** Nothing is written outside the process's directory; no argument gets into /tmp/hsperfdata_USER. */
export function jvm(options: JvmOptions): string[] {
    const { initialHeap, maximumHeap, metaspace, direct, compiler, collector, classes } = options;
    return [
        "{tool:java}",
        `-Xms${initialHeap}m`,
        `-Xmx${maximumHeap}m`,
        ...(metaspace === undefined ? [] : [`-XX:MaxMetaspaceSize=${metaspace}m`]),
        ...(direct === undefined ? [] : [`-XX:MaxDirectMemorySize=${direct}m`]),
        ...(compiler === "start" ? ["-XX:TieredStopAtLevel=1"] : []),
        collector === "g1" ? "-XX:+UseG1GC" : "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        "-XX:+ExitOnOutOfMemoryError",
        "-Xshare:auto",
        `-XX:SharedArchiveFile={tool:${classes}Classes}`,
        "-Djava.awt.headless=true",
        "-Djava.io.tmpdir={dir}/tmp",
    ];
}

/** Log4j 2 to standard output, which the process's log file is, as properties. `loggers`: levels by name. */
export function log4j(root: string, loggers: Record<string, string>): string {
    const lines = [
        "status=error",
        "appender.out.type=Console",
        "appender.out.name=out",
        "appender.out.layout.type=PatternLayout",
        "appender.out.layout.pattern=%d{ISO8601} %-5p %c{1} %m%n",
        `rootLogger.level=${root}`,
        "rootLogger.appenderRef.out.ref=out",
        ...Object.entries(loggers).flatMap(([name, level], index) => [
            `logger.l${index}.name=${name}`,
            `logger.l${index}.level=${level}`,
        ]),
    ];
    return `${lines.join("\n")}\n`;
}

/** What `log4j` is written to, and the flag that makes a JVM read it. */
export const log4jFile = "log4j2.properties";
export const log4jFlag = `-Dlog4j2.configurationFile={dir}/${log4jFile}`;
