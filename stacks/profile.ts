/** How a layer comes to the components of the profile that its environment names. */
import type { Layer } from "./contracts";
import { settingsOf, type EnvironmentFile } from "./environment";
import type { LayerContext, LayerProgram } from "./layer";

type Settings<L extends Layer> = NonNullable<EnvironmentFile[L]>;
type Profile<L extends Layer> = Settings<L>["profile"];

/** Builds a layer with one profile and returns its contract as stack outputs. */
export type Build<L extends Layer, P extends Profile<L>> = (
    context: LayerContext,
    settings: Extract<Settings<L>, { profile: P }>,
) => Promise<Record<string, unknown>>;

/** Loaded by name, so that a stack pays only for the provider of its own profile. */
export const byProfile =
    <L extends Layer>(
        layer: L,
        profiles: { readonly [P in Profile<L>]: () => Promise<{ readonly build: Build<L, P> }> },
    ): LayerProgram =>
    async (context) => {
        const settings = settingsOf(context.environment, layer);
        const { build } = await profiles[settings.profile as Profile<L>]();
        return build(context, settings as never);
    };
