import { describeWaysBack } from "./describe-ways-back.ts";
import { WAY_BACK_CASES } from "./way-back-cases.ts";

describeWaysBack(WAY_BACK_CASES);
