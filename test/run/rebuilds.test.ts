import { inject } from "vitest";
import { describeRebuilds } from "./describe-rebuilds.ts";

describeRebuilds(() => inject("serverUrl"));
