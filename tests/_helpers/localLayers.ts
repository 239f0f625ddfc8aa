/** The layers that `local` has, as its file names them. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { environmentFile, layersOf } from "../../stacks/environment";

export const localLayers = layersOf(parse(readFileSync(environmentFile("local"), "utf8")) as object);
