import { serve } from "../analyzer/server";
import { production } from "./pack";

serve(production);
