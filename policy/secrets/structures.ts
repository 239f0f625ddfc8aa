/** Secrets by what stands around them: in addresses, JAAS texts, connection strings, headers, command lines and SQL. */

export interface Capture {
    readonly rule: string;
    /** The name that stands before it, where there is one. */
    readonly name?: string;
    readonly value: string;
}

interface Structure {
    readonly rule: string;
    /** Groups `value`, and `name` where the name is told. */
    readonly form: RegExp;
    /** Whether a capture is one, beyond its form; `whole`: all that the form has matched. */
    readonly holds?: (value: string, text: string, whole: string) => boolean;
    /**
     * A program and what stands somewhere behind it: looked for in a line at a time, and in pieces of a long one. Each
     * occurrence of the program is held against all that follows, which in a text of megabytes takes hours.
     */
    readonly ofLine?: true;
}

const quoted = `"(?<double>(?:[^"\\\\]|\\\\.)*)"|'(?<single>(?:[^'\\\\]|\\\\.)*)'`;
/** Bounded, as whatever stands before what a form is sure of: else each place of a long text is held against all that follows. */
const secretName =
    "[\\w.-]{0,100}(?:password|passwd|passphrase|pass|pwd|secret|token|api[-_]?key|secret[-_]?key|access[-_]?key|account[-_]?key|private[-_]?key|credentials?)";

const decoded = (text: string): string => Buffer.from(text, "base64").toString("latin1");
const isUserAndPassword = (text: string): boolean => /^[\x21-\x7e]*:[\x20-\x7e]+$/.test(decoded(text));

const structures: readonly Structure[] = [
    {
        rule: "url-password",
        form: /\b[a-z][a-z0-9+.-]{0,40}:\/\/[^\s:@/'"<>]*:(?<value>(?!\d+\/)[^\s'"<>@]{1,1000})@/gi,
    },
    {
        rule: "url-password",
        form: /\bhttps?:\/\/(?<value>[A-Za-z0-9_-]{20,})@/g,
        holds: (value) => /\d/.test(value) && /[a-z]/i.test(value),
    },
    {
        rule: "url-password",
        form: /jdbc:oracle:\w{1,20}:[^/\s]{1,100}\/(?<value>[^@\s'"]{1,1000})@/gi,
    },
    {
        rule: "azure-sas",
        form: /[?&]sig=(?<value>[A-Za-z0-9%+/=_-]{30,})/g,
        holds: (_, text) => /\b(sv|se|sp|sr)=/.test(text),
    },
    { rule: "azure-sas", form: /SharedAccessSignature\s*=\s*(?<value>[^\s;'"]{20,})/gi },
    { rule: "aws-presigned-url", form: /[?&]X-Amz-Signature=(?<value>[a-f0-9]{64})/g },
    {
        rule: "url-parameter",
        form: new RegExp(`[?&;](?<name>${secretName})=(?<value>[^&;\\s'"<>]+)`, "gi"),
    },
    {
        rule: "azure-connection-string",
        form: /\b(?<name>AccountKey|SharedAccessKey|SharedSecretValue|AccessKey)\s*=\s*(?<value>[^;\s'"]+)/gi,
    },
    {
        rule: "connection-string",
        form: /(?:^|[;\s'"])(?<name>Password|Pwd)\s*=\s*(?<value>[^;'"\s]+)(?=;)/gi,
        holds: (_, text) => /\b(server|data source|host|user id|uid|database|initial catalog)\s*=/i.test(text),
    },
    {
        rule: "connection-string",
        form: /\bpassword=(?<value>[^\s'";]+)/g,
        holds: (_, text) => /\b(host|dbname)=/.test(text),
    },
    {
        rule: "sasl-jaas",
        form: new RegExp(
            `\\b(?<name>password|clientSecret|client_secret|clientPassword|keyStorePassword|storePass|keyPass|sslKeyPassword|[\\w.]{0,100}(?:password|secret))\\s*=\\s*(?:\\\\?"(?<double>[^"\\\\]*)\\\\?"|'(?<single>[^']*)'|(?<bare>[^\\s;"']+))`,
            "gi",
        ),
        holds: (_, text) => /LoginModule\b/.test(text),
    },
    // The users of a broker's own PlainLoginModule.
    {
        rule: "sasl-jaas",
        form: /\buser_[\w.-]+\s*=\s*\\?["'](?<value>[^"'\\]+)/g,
        holds: (_, text) => /LoginModule\b/.test(text),
    },
    {
        rule: "authorization",
        form: /\bBasic\s+(?<value>[A-Za-z0-9+/]{8,}={0,2})(?![A-Za-z0-9+/=])/g,
        holds: isUserAndPassword,
    },
    {
        rule: "authorization",
        form: /\b(?:Bearer|Token|ApiKey|GenieKey|Splunk|SSWS)\s+(?<value>[A-Za-z0-9._~+/=-]{16,})/g,
        holds: (value) => /\d/.test(value) && /[A-Za-z]/.test(value),
    },
    {
        rule: "authorization",
        form: /\bX-(?:[A-Za-z]+-)*(?:Key|Token|Secret|Auth)\s*:\s*(?<value>[^\s'"]{8,})/gi,
    },
    // `--header "PRIVATE-TOKEN: …"`, under any name of a secret.
    {
        rule: "authorization",
        form: /\s(?:-H|--header)[ =]?["']?(?<name>[A-Za-z][\w-]*):\s*(?<value>[^\s"'$]{6,})/g,
    },
    {
        rule: "docker-login",
        form: /"auth"\s*:\s*"(?<value>[A-Za-z0-9+/]{8,}={0,2})"/g,
        holds: isUserAndPassword,
    },
    {
        rule: "command-line",
        form: new RegExp(
            `(?<!\\bconfig\\s+set)(?:^|[\\s"'[,])--?(?<name>${secretName})(?:=|\\s+)(?:${quoted}|(?<bare>(?!(?:id|type|src|source|target|env)=|(?:file|env|fd|pass):)[^\\s"'<>|&;)-][^\\s"']*))`,
            "gi",
        ),
    },
    {
        rule: "command-line",
        form: /\bcurl\b[^\n]*?\s(?:-u|--user|--proxy-user)[ =]?\s*["']?[^\s:"'$]+:(?<value>[^\s"']+)/g,
        ofLine: true,
    },
    {
        rule: "command-line",
        form: /\b(?:docker|podman|nerdctl|buildah|helm|oras|az|skopeo|crane|rpk|sshpass|mongo(?:sh|dump|restore|export|import)?)\b[^\n|]*?\s-p\s*["']?(?<value>[^\s"'$<>|&;-][^\s"']+)/g,
        // Of most of them it is a port, or another thing.
        holds: (_, __, whole) => /^(?:sshpass|mongo)/.test(whole) || /\s(?:login|user)\b/.test(whole),
        ofLine: true,
    },
    // What stands apart from the `-p` of these is a database, and after the one of Redis a port.
    {
        rule: "command-line",
        form: /\b(?:mysql(?:dump|admin|import|show|check)?|mariadb(?:-\w+)?)\s[^\n|]*?(?<=\s)-p["']?(?<value>[^\s"'$<>|&;-][^\s"']+)/g,
        ofLine: true,
    },
    {
        rule: "command-line",
        form: /\bredis-cli\s[^\n|]*?(?<=\s)-a\s*["']?(?<value>[^\s"'$<>|&;-][^\s"']+)/g,
        ofLine: true,
    },
    // openssl's way to say where a passphrase is: `pass:`, next to `file:` and `env:`.
    {
        rule: "command-line",
        form: /\s-pass(?:in|out)?\s+["']?pass:(?<value>[^\s"'$]+)/g,
    },
    {
        rule: "command-line",
        form: /\becho\s+(?:-\w+\s+)?["']?[a-z_][\w-]*:(?<value>[^\s"'$|]+)["']?\s*\|[^\n]*\bchpasswd\b/g,
        ofLine: true,
    },
    {
        rule: "command-line",
        form: /(?:^|[\s;&|(])https?\s[^\n|]*?(?:-a|--auth)[ =]["']?[^\s:"'$]+:(?<value>[^\s"'<>|&;]+)/g,
        ofLine: true,
    },
    {
        rule: "command-line",
        form: /\bConvertTo-SecureString\s+(?:-String\s+)?["'](?<value>[^"']+)["']/gi,
    },
    {
        rule: "command-line",
        form: /\b(?:sqlcmd|bcp)\b[^\n|]*?\s-P\s*["']?(?<value>[^\s"'$<>|&;-][^\s"']+)/g,
        ofLine: true,
    },
    {
        rule: "command-line",
        form: /\bmc\s+(?:(?:alias\s+set|config\s+host\s+add)\s+\S+|admin\s+user\s+add)\s+\S+\s+\S+\s+["']?(?<value>[^\s"'<>|&;-][^\s"']+)/g,
        ofLine: true,
    },
    {
        rule: "command-line",
        form: /\becho\s+(?:-n\s+)?["']?(?<value>[^\s"'$|]+)["']?\s*\|[^\n]*(?:--password-stdin|\bpasswd\s+--stdin)/g,
        ofLine: true,
    },
    // By their place alone.
    {
        rule: "command-line",
        form: /\b(?:confluent\s+api-key\s+store\s+\S+|rabbitmqctl\s+(?:add_user|change_password)\s+\S+|htpasswd\s+(?:-\w+\s+)*(?:-\w*n\w*b\w*|-\w*b\w*n\w*)\s+[\w.-]+|htpasswd\s+(?:-\w+\s+)*-(?!\w*n)\w*b\w*\s+\S+\s+[\w.-]+)\s+["']?(?<value>[^\s"'$<>|&;-][^\s"']+)/g,
        ofLine: true,
    },
    {
        rule: "command-line",
        form: /\bconfig(?:ure)?\s+set(?:-all)?\s+(?:-\S+\s+)*(?<name>\w[\w.:-]*)\s+["']?(?<value>[^\s"'<>|&;-][^\s"']*)/g,
        ofLine: true,
    },
    {
        rule: "xml",
        form: new RegExp(`<(?<name>${secretName})>\\s*(?<value>[^<\\s][^<]*?)\\s*</`, "gi"),
    },
    {
        rule: "xml",
        form: new RegExp(`<name>\\s*(?<name>[\\w.-]+)\\s*</name>\\s*<value>\\s*(?<value>[^<]+?)\\s*</value>`, "gi"),
    },
    {
        rule: "sql-password",
        form: /\b(?:PASSWORD|IDENTIFIED\s+(?:WITH\s+\S+\s+)?(?:BY|AS)|SECRET|SESSION_TOKEN|CLIENT_SECRET|TOKEN|SECRET_ACCESS_KEY|AWS_SECRET_KEY|CONNECTION_STRING)\s*=?\s+'(?<value>[^']+)'/g,
    },
    { rule: "sql-password", form: /\bPASSWORD='(?<value>[^']+)'/g },
    // Of stages and external tables: `CREDENTIALS=(AWS_KEY_ID='…' AWS_SECRET_KEY='…')`.
    {
        rule: "sql-password",
        form: /\b(?:(?:client|aws)_secret(?:_key)?|(?:aws_)?secret_access_key|(?:session|sas|aws)_token|azure_sas_token|master_key)='(?<value>[^']+)'/gi,
    },
    { rule: "sql-password", form: /\b(?:password|identified\s+by)\s+'(?<value>[^']+)'/g },
    { rule: "sql-password", form: /\bIDENTIFIED\s+BY\s+"(?<value>[^"]+)"/gi },
    // host:port:database:user:password
    { rule: "pgpass", form: /^[ \t]*[\w.*-]+:(?:\d{2,5}|\*):[^:\s]+:[^:\s]+:(?<value>[^:\s]+)$/gm },
    { rule: "netrc", form: /\bmachine\s+\S+\s+login\s+\S+\s+password\s+(?<value>\S+)/g },
];

export const structureRules: readonly string[] = structures.map(({ rule }) => rule);

/** `${{ secrets.X }}` is one word then, as what is around it is read word by word. */
const inOneWord = (text: string): string =>
    text.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) => "${{" + name + "}}");

export function captures(written: string): readonly Capture[] {
    const text = inOneWord(written);
    const found: Capture[] = [];
    const lines = linesOf(text);
    for (const { rule, form, holds, ofLine } of structures)
        for (const part of ofLine ? lines : [text])
            for (const { 0: whole, groups = {} } of part.matchAll(form)) {
                const value = groups.value ?? groups.double ?? groups.single ?? groups.bare;
                if (value === undefined || value === "" || holds?.(value, text, whole) === false) continue;
                found.push({ rule, value, ...(groups.name === undefined ? {} : { name: groups.name }) });
            }
    return found;
}

/** Characters of a piece of a line, and of what two pieces have in common, where a command may be cut. */
const [lineMax, overlap] = [8_192, 1_024];

function linesOf(text: string): readonly string[] {
    return text.split("\n").flatMap((line) => {
        if (line.length <= lineMax) return [line];
        const pieces = Math.ceil((line.length - overlap) / (lineMax - overlap));
        return Array.from({ length: pieces }, (_, index) =>
            line.slice(index * (lineMax - overlap), index * (lineMax - overlap) + lineMax),
        );
    });
}

export interface Assignment {
    readonly key: string;
    readonly value: string;
    /** Counted from 0. */
    readonly line: number;
}

const unquoted = (text: string): string => {
    const [, double, single] = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')/s.exec(text) ?? [];
    return double ?? single ?? text.replace(/\s+#.*$/, "").trim();
};

/** One assignment a line, as in properties, INI, YAML and shell files; and those of a shell before a command. */
export function assignments(text: string, sql: boolean): readonly Assignment[] {
    const found: Assignment[] = [];
    /** Of an entry of a list in YAML: `- name: DB_PASSWORD`, whose value follows. */
    let named: string | undefined;
    for (const [line, content] of text.split(/\r?\n/).entries()) {
        if (/^\s*(#|;|\/\/|--\s)/.test(content) && !/[=:]/.test(content)) continue;
        const add = (key: string | undefined, value: string | undefined): void => {
            if (key !== undefined && value !== undefined) found.push({ key, value: unquoted(value.trim()), line });
        };
        for (const [, key, value] of content.matchAll(/(?<!\w)'([\w.-]+)'\s*(?:=|:|,|=>)\s*'((?:[^']|'')*)'/g))
            add(key, value?.replaceAll("''", "'"));
        if (sql) {
            const [, setting, text] =
                /^\s*SET\s+(?:(?:GLOBAL|SESSION|LOCAL|PERSISTENT)\s+)?([\w.]+)\s*(?:=|\bTO\b)\s*('(?:[^']|'')*')/i.exec(
                    content,
                ) ?? [];
            add(setting, text);
            continue;
        }
        const [, whole, wholeValue] =
            /^\s*(?:[-+]\s+|[#;]+\s*)?(?:export\s+|set\s+|ENV\s+|ARG\s+|local\s+|readonly\s+|-D)?["']?([A-Za-z_][\w.$/-]*)["']?\s*(?:(?:::?|[?+])?=|:(?=\s))\s*(.+?),?\s*$/.exec(
                content,
            ) ?? [];
        // PowerShell's and Groovy's: what stands there without quotes is a command.
        const [, variable, text] =
            /^\s*(?:\$(?:\w+:)?|(?:def|final|String|var|val|let|const)\s+)([A-Za-z_]\w*)\s*=\s*("[^"]*"|'[^']*')\s*;?\s*$/.exec(
                content,
            ) ?? [];
        add(variable, text);
        if (/^value$/i.test(whole ?? "") && named !== undefined) add(named, wholeValue);
        named = /^name$/i.test(whole ?? "") ? unquoted(wholeValue ?? "") : undefined;
        add(whole, wholeValue);
        // The older form of Dockerfiles: all of the rest of the line.
        const [, variableOfImage, rest] = /^\s*ENV\s+([A-Za-z_]\w*)\s+([^=\s].*?)\s*$/.exec(content) ?? [];
        add(variableOfImage, rest);
        for (const [, key, value] of content.matchAll(
            /(?:^|[\s;&|"'(,{])(?:-D|-e\s?|--env\s|--set\s|--set-string\s|--from-literal[=\s])?([A-Za-z_][\w.-]*)=("(?:[^"\\]|\\.)*"|'[^']*'|(?:\$\{\{?[^{}]*\}?\}|\$\([^()]*\)|[^\s;&|,"')}])+)/g,
        ))
            if (key !== whole) add(key, value);
        // `${NAME:=default}` assigns, and `${NAME:-default}` as a part of a command as good as does.
        for (const [, key, value] of content.matchAll(/\$\{([A-Za-z_]\w*):?[=-]([^{}]+)\}/g))
            if (key !== whole) add(key, value);
        // Of a flow map of YAML, as variables are given to a program: `{token: abc}`.
        for (const [, key, value] of content.matchAll(
            /[{,]\s*([A-Za-z_][\w.-]*):\s+("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,{}"'[\]]+)\s*(?=[,}])/g,
        ))
            if (key !== whole) add(key, value);
        // Named arguments of Groovy, and parameters of Jenkins: `password(name: 'TOKEN', value: '…')`.
        for (const [, key, value] of content.matchAll(/[(,[]\s*([A-Za-z_]\w*):\s*("[^"]*"|'[^']*')\s*(?=[,)\]])/g))
            if (key !== whole) add(key, value);
        for (const [, , key, value] of content.matchAll(
            /\bname:\s*(["'])([\w.-]+)\1\s*,\s*(?:value|defaultValue):\s*("[^"]*"|'[^']*')/g,
        ))
            add(key, value);
        for (const [, key, value] of content.matchAll(/"([A-Za-z_][\w.-]*)"\s*:\s*("(?:[^"\\]|\\.)*")/g))
            if (key !== whole) add(key, value);
    }
    return found;
}
