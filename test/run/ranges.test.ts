import { inject } from "vitest";
import { describeRanges } from "./describe-ranges.ts";

describeRanges(() => inject("serverUrl"));
