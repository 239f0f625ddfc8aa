/** The Kubernetes cluster that a platform runs on, and what is there once for the whole of it. A file for each profile. */
import { z } from "zod";
import { aks } from "./foundation/aks";
import { eks } from "./foundation/eks";
import { gke } from "./foundation/gke";
import { kubeconfig } from "./foundation/kubeconfig";

export const foundationSettings = z.discriminatedUnion("profile", [kubeconfig, eks, gke, aks]);
