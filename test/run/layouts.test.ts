import { inject } from "vitest";
import { describeLayouts } from "./describe-layouts.ts";

describeLayouts(() => inject("serverUrl"));
