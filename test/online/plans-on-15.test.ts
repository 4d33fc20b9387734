import { describePlans } from "./describe-plans.ts";

describePlans(15);
