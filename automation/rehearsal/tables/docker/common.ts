/** What the types of Docker share. The provider is bridged from kreuzwerker/docker for Terraform, of which Pulumi's is a build. */
export const imageToken = "docker:index/remoteImage:RemoteImage";
export const networkToken = "docker:index/network:Network";
export const volumeToken = "docker:index/volume:Volume";
export const containerToken = "docker:index/container:Container";

/** A file of the provider's source, where it says `ForceNew` and what it computes. */
export const provider = (file: string): string =>
    `https://github.com/kreuzwerker/terraform-provider-docker, internal/provider/${file}.go`;

export const engine = "https://docs.docker.com/reference/api/engine/version/v1.47/";

/** Who may ask the Engine may do everything on its machine. */
export const socket = ["the Docker Engine's socket"];

/** 64 hexadecimal digits, the same for all of a resource's life. */
export const hexId = (token: string): string => token.repeat(6).slice(0, 64);
