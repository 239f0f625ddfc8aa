/** The detectors of secrets, as the static scan, the audit of states and the policy packs use them. */
export { detect, detectInText, detectValues, findTokens, isSecretKey, secretsIn, textMax, type Token } from "./detect";
export { secretFormats, type Finding, type Leaf, type SecretFormat } from "./finding";
export { leavesOf, nameOf } from "./leaves";
