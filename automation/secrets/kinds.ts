/** Which files are read how: the kind that a path stands for. */
import { basename } from "node:path";
import type { SecretFormat } from "../../policy/secrets";

const kinds: readonly (readonly [kind: SecretFormat, path: RegExp])[] = [
    ["project", /(^|\/)Pulumi\.ya?ml$/],
    ["stack", /(^|\/)Pulumi\.[^/]+\.ya?ml$/],
    ["environment", /(^|\/)(stacks|environments)\/[^/]+\.ya?ml$/],
    ["dotenv", /(^|\/)(\.env|\.envrc|\.env\.[^/]+|[^/]+\.env)$/],
    ["dbt", /(^|\/)(profiles|dbt_project|dependencies|packages)\.ya?ml$/],
    ["sql", /\.(sql|ddl)$/i],
    [
        "workflow",
        /(^|\/)\.(github|gitea|forgejo)\/(workflows|actions)\/.*\.ya?ml$|(^|\/)(\.gitlab-ci|[\w.-]+\.gitlab-ci|azure-pipelines|bitbucket-pipelines|\.drone|\.woodpecker|cloudbuild|buildspec)\.ya?ml$|(^|\/)\.circleci\/|(^|\/)Jenkinsfile[^/]*$|\.jenkinsfile$/,
    ],
    ["helm", /(^|\/)values[^/]*\.ya?ml$|(^|\/)(charts?|helm|templates|manifests|k8s|kubernetes)\/.*\.(ya?ml|tpl)$/],
    ["yaml", /\.ya?ml$/i],
    ["json", /\.(json|jsonc|tfstate|tfvars\.json)$/i],
    ["properties", /\.(properties|conf|cfg|cnf|ini|toml|tf|tfvars|hcl|xml|config|service)$/i],
    ["properties", /(^|\/)\.?(npmrc|yarnrc|pypirc|netrc|pgpass|s3cfg|my\.cnf|credentials|boto)$/],
    [
        "text",
        /\.(sh|bash|zsh|fish|ps1|bat|pem|key|p8)$|(^|\/)((Docker|Container|Make|Just)file[^/]*|id_(rsa|ecdsa|ed25519|dsa))$/,
    ],
];

/** @param path with slashes, relative to the project */
export function kindOf(path: string): SecretFormat {
    return kinds.find(([, form]) => form.test(path))?.[0] ?? "source";
}

/** Read as YAML, which JSON is part of. */
export const isYaml = (path: string): boolean => /\.(ya?ml|json|jsonc|tfstate)$/i.test(path);

/** Digests of what was installed, which are nobody's secret, and long: looked at as programs are. */
export const isLockFile = (path: string): boolean =>
    /^(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|go\.sum|uv\.lock|poetry\.lock|Cargo\.lock|\.terraform\.lock\.hcl)$/.test(
        basename(path),
    );
