import { inject } from "vitest";
import { sampled } from "../support/sampled.ts";
import { describeRoundTrips } from "./undo/describe-round-trips.ts";

describeRoundTrips(() => ({ url: inject("serverUrl"), major: 18 }), sampled(4));
