import { serve } from "../analyzer/server";
import { noSecrets } from "./pack";

serve(noSecrets());
