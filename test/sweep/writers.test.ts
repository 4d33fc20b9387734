import { inject } from "vitest";
import { describeWriters } from "./describe-writers.ts";

describeWriters(() => inject("serverUrl"));
