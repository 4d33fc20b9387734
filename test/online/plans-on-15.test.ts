import { sampled } from "../support/sampled.ts";
import { describePlans } from "./describe-plans.ts";

describePlans(15, sampled);
