import { byProfile } from "../profile";

export const layer = byProfile("foundation", {
    kubeconfig: () => import("./foundation/kubeconfig.js"),
    eks: () => import("./foundation/eks.js"),
    gke: () => import("./foundation/gke.js"),
    aks: () => import("./foundation/aks.js"),
});
