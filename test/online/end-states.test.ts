import { describeEndStates } from "./describe-end-states.ts";

describeEndStates(18);
