import { FOR_OLDER } from "../support/sampled.ts";
import { describePlans } from "./describe-plans.ts";

describePlans(15, FOR_OLDER);
