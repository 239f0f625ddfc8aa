import type { EnvironmentFile } from "../environment";

/** What is judged of an environment's file. */
export type Environment = Omit<EnvironmentFile, "state" | "gates">;
