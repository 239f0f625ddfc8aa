/**
 * What a rollout tells while it runs. Everything that a person or a program sees of it — the live view, the lines of
 * `--json`, the report — is made from these.
 */
import type { PropertyChange } from "../engine/propertyDiff";
import type { LayerState } from "../graph/scheduler";
import type { CheckResult } from "../gates";
import type { HookPoint } from "../graph/steps";

export const eventsVersion = 1;

export type RolloutEvent =
    | {
          readonly type: "run-started";
          readonly operation: RolloutOperation;
          readonly environment: string;
          readonly layers: readonly string[];
      }
    | {
          readonly type: "layer";
          readonly layer: string;
          readonly state: LayerState;
          readonly reason?: string;
          readonly seconds?: number;
      }
    /** What a layer is doing now; replaces the last one. */
    | {
          readonly type: "activity";
          readonly layer: string;
          readonly text: string;
          readonly done?: number;
          readonly total?: number;
          readonly unit?: string;
      }
    /** Something to keep. */
    | { readonly type: "note"; readonly layer?: string; readonly text: string }
    | {
          readonly type: "resource";
          readonly layer: string;
          readonly op: string;
          readonly resourceType: string;
          readonly name: string;
          readonly diffs: readonly string[];
          /** Of a preview. */
          readonly urn?: string;
          /** Of a preview: what would change of it, with the values that are no secrets. */
          readonly properties?: readonly PropertyChange[];
      }
    /** What a preview has found of a stack, after its resources. */
    | {
          readonly type: "preview";
          readonly layer: string;
          /** Number of resources by what would be done to them. */
          readonly changes: Readonly<Record<string, number>>;
          /** Names of its outputs that would differ. */
          readonly outputs: readonly string[];
          /** Why it may come otherwise. */
          readonly advisory: readonly string[];
      }
    | { readonly type: "check"; readonly layer: string; readonly result: CheckResult }
    | {
          readonly type: "exercise";
          readonly layer: string;
          readonly exercise: string;
          readonly summary: string;
          readonly seconds: number;
      }
    | {
          readonly type: "hook";
          readonly layer: string;
          readonly point: HookPoint;
          readonly name: string;
          readonly ok: boolean;
          /** Whether a red one is the stack's failure. */
          readonly blocking: boolean;
          readonly text: string;
      }
    | {
          readonly type: "problem";
          readonly layer?: string;
          readonly code: string;
          readonly message: string;
          readonly hint?: string;
      }
    | {
          readonly type: "run-finished";
          readonly operation: RolloutOperation;
          readonly ok: boolean;
          readonly seconds: number;
      };

export type RolloutOperation = "up" | "preview" | "drift" | "down";

export type EventSink = (event: RolloutEvent) => void;
