/**
 * Texts that are secrets by their form alone, wherever they stand. Sources: the issuers' own descriptions of their formats;
 * what has a prefix of its own is told by it, and by no more than its length and alphabet.
 */

export interface TokenRule {
    readonly rule: string;
    /** With a group named `value` where only a part of the match is the secret. */
    readonly form: RegExp;
}

/** No letter or digit before it: a token does not begin in the middle of a name. */
const at = (form: string): RegExp => new RegExp(`(?<![A-Za-z0-9])(?<value>${form})`, "g");

export const tokenRules: readonly TokenRule[] = [
    { rule: "aws-access-key-id", form: at("(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])") },
    { rule: "aws-bedrock-key", form: at("ABSK[A-Za-z0-9+/]{109,}={0,2}") },
    { rule: "github-token", form: at("gh[pousr]_[A-Za-z0-9]{36,}") },
    { rule: "github-token", form: at("github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}") },
    { rule: "gitlab-token", form: at("gl(?:pat|dt|rt|ptt|ft|imt|agent|soat|cbt|oas|ffct)-[A-Za-z0-9_.-]{20,}") },
    { rule: "gitlab-token", form: at("GR1348941[A-Za-z0-9_-]{20,}") },
    { rule: "bitbucket-token", form: at("ATBB[A-Za-z0-9]{28,}") },
    { rule: "atlassian-token", form: at("ATATT3[A-Za-z0-9_=-]{60,}") },
    { rule: "slack-token", form: at("xox[abeoprs]-[A-Za-z0-9-]{10,}") },
    { rule: "slack-token", form: at("xapp-\\d-[A-Z0-9]+-\\d+-[a-f0-9]+") },
    {
        rule: "slack-webhook",
        form: /(?<value>https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{20,})/g,
    },
    {
        rule: "teams-webhook",
        form: /(?<value>https:\/\/[\w-]+\.webhook\.office\.com\/webhookb2\/[\w-]+@[\w-]+\/\w+\/\w{32}\/[\w-]+)/g,
    },
    {
        rule: "discord-webhook",
        form: /(?<value>https:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,})/g,
    },
    { rule: "google-api-key", form: at("AIza[A-Za-z0-9_-]{35}") },
    { rule: "google-oauth-secret", form: at("GOCSPX-[A-Za-z0-9_-]{28}") },
    { rule: "google-oauth-token", form: at("ya29\\.[A-Za-z0-9_-]{20,}") },
    { rule: "google-refresh-token", form: at("1//0[A-Za-z0-9_-]{40,}") },
    { rule: "google-hmac-key", form: at("GOOG[A-Z0-9]{20,57}(?![A-Za-z0-9])") },
    { rule: "azure-client-secret", form: /(?<![\w~.-])(?<value>[\w~.-]{3}\dQ~[\w~.-]{31,34})(?![\w~.-])/g },
    {
        rule: "azure-storage-key",
        form: /(?<![A-Za-z0-9+/]|sha512[-:])(?<value>[A-Za-z0-9+/]{86}==)(?![A-Za-z0-9+/=])/g,
    },
    { rule: "azure-key", form: at("[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}") },
    { rule: "azure-storage-key", form: at("[A-Za-z0-9/+]{76}\\+AS(?:t|e|c)[A-Za-z0-9/+]{4,6}==") },
    { rule: "azure-devops-token", form: at("[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}") },
    { rule: "confluent-api-secret", form: at("cflt[A-Za-z0-9+/]{60}") },
    { rule: "aiven-password", form: at("AVNS_[A-Za-z0-9_-]{16,}") },
    { rule: "aiven-token", form: at("aivenv1[A-Za-z0-9+/_=-]{40,}") },
    { rule: "pulumi-token", form: at("pul-[a-f0-9]{40}") },
    { rule: "dbt-token", form: at("dbt[cu]_[A-Za-z0-9_-]{24,}={0,2}") },
    { rule: "databricks-token", form: at("dapi[a-f0-9]{32}(?:-\\d)?") },
    { rule: "databricks-token", form: at("dose[a-f0-9]{32}") },
    { rule: "terraform-token", form: at("[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,}") },
    { rule: "vault-token", form: at("hv[sbr]\\.[A-Za-z0-9_-]{24,}") },
    { rule: "vault-token", form: at("s\\.[A-Za-z0-9]{24}(?![A-Za-z0-9._-])(?=.*)") },
    { rule: "npm-token", form: at("npm_[A-Za-z0-9]{36}") },
    { rule: "npm-token", form: /:_(?:authToken|auth|password)\s*=\s*(?<value>[^\s$]{8,})/g },
    { rule: "pypi-token", form: at("pypi-[A-Za-z0-9_-]{50,}") },
    { rule: "rubygems-token", form: at("rubygems_[a-f0-9]{48}") },
    { rule: "docker-token", form: at("dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}") },
    { rule: "stripe-key", form: at("(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}") },
    { rule: "stripe-key", form: at("whsec_[A-Za-z0-9+/]{24,}={0,2}") },
    { rule: "sendgrid-key", form: at("SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,64}") },
    { rule: "twilio-key", form: at("SK[a-f0-9]{32}(?![A-Za-z0-9])") },
    { rule: "mailgun-key", form: at("key-[a-f0-9]{32}(?![A-Za-z0-9])") },
    { rule: "mailchimp-key", form: at("[a-f0-9]{32}-us\\d{1,2}(?![A-Za-z0-9])") },
    { rule: "openai-key", form: at("sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]*") },
    { rule: "openai-key", form: at("sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}") },
    { rule: "anthropic-key", form: at("sk-ant-[a-z0-9]+-[A-Za-z0-9_-]{20,}") },
    { rule: "huggingface-token", form: at("hf_[A-Za-z0-9]{30,}") },
    { rule: "grafana-token", form: at("gl(?:sa|c)_[A-Za-z0-9+/_]{32,}={0,2}") },
    { rule: "newrelic-key", form: at("NR(?:AK|II|JS|RA|AL)-[A-Za-z0-9_-]{19,}") },
    { rule: "sentry-token", form: at("sntry[su]_[A-Za-z0-9+/_=-]{40,}") },
    { rule: "dynatrace-token", form: at("dt0c01\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}") },
    { rule: "digitalocean-token", form: at("do[opr]_v1_[a-f0-9]{64}") },
    { rule: "doppler-token", form: at("dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9._-]{20,}") },
    { rule: "linear-key", form: at("lin_(?:api|oauth)_[A-Za-z0-9]{32,}") },
    { rule: "shopify-token", form: at("shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}") },
    { rule: "postman-key", form: at("PMAK-[a-f0-9]{24}-[a-f0-9]{34}") },
    { rule: "planetscale-token", form: at("pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,}") },
    { rule: "supabase-token", form: at("sbp_[a-f0-9]{40}") },
    { rule: "supabase-token", form: at("sb_secret_[A-Za-z0-9_-]{20,}") },
    { rule: "sonar-token", form: at("sq[apu]_[a-f0-9]{40}") },
    { rule: "tailscale-key", form: at("tskey-[a-z]+-[A-Za-z0-9]+-[A-Za-z0-9]{20,}") },
    { rule: "telegram-token", form: at("\\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])") },
    { rule: "artifactory-token", form: at("AKC[a-zA-Z0-9]{60,}") },
    { rule: "onepassword-token", form: at("ops_eyJ[A-Za-z0-9+/=_-]{100,}") },
    { rule: "snowflake-token", form: at("ver:\\d-hint:\\d+-ETMsDgAAA[A-Za-z0-9+/=]{60,}") },
    { rule: "age-key", form: at("AGE-SECRET-KEY-1[A-Z0-9]{58}") },
    { rule: "jwt", form: at("eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{16,}") },
    {
        rule: "private-key",
        form: /(?<value>-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr])*[A-Za-z0-9+/=:][^]{0,80})/g,
    },
    { rule: "private-key", form: at("PuTTY-User-Key-File-[23]: ") },
    // PKCS#8 of RSA, EC and Ed25519, and PKCS#1, in DER: what PEM has between its lines.
    {
        rule: "private-key",
        form: at(
            "(?:MII[A-Za-z0-9+/]{2,3}[A-Za-z0-9+/]?IBADANBgkqhkiG9w0BAQEFAASC|MIGHAgEAMBMGByqGSM49|MC4CAQAwBQYDK2Vw|MHcCAQEEI|MII[A-Za-z0-9+/]{3}IBAAKCA)[A-Za-z0-9+/]{16,}",
        ),
    },
    {
        rule: "password-hash",
        // Of PostgreSQL.
        form: at(
            "SCRAM-SHA-256\\$\\d+:[A-Za-z0-9+/]{8,}=*\\$[A-Za-z0-9+/]{40,}=:[A-Za-z0-9+/]{40,}=|md5[0-9a-f]{32}(?![0-9a-f])",
        ),
    },
    {
        rule: "password-hash",
        // Of LDAP and htpasswd.
        form: /(?<value>\{(?:S?SHA(?:256|384|512)?|S?MD5|SHA-(?:256|512)|ARGON2|PBKDF2\S{0,20}|CRYPT)\}[A-Za-z0-9+/$=.,-]{20,})/gi,
    },
    {
        rule: "password-hash",
        form: /(?<![\w$])(?<value>\$(?:2[abxy]|5|6|apr1|argon2(?:id|i|d)|y|scrypt)\$[./A-Za-z0-9=,$+-]{20,})/g,
    },
];
