/**
 * Name of the file that Pulumi keeps a stack's configuration in.
 * @param stack with or without the organization and the project before it, which are no part of it
 * Source: github.com/pulumi/pulumi, sdk/go/common/workspace/paths.go, `DetectProjectStackPath`
 */
export const stackFileName = (stack: string): string => `Pulumi.${shortStackName(stack)}.yaml`;

/** `dev` of `organization/project/dev`. */
export const shortStackName = (stack: string): string => stack.slice(stack.lastIndexOf("/") + 1);
