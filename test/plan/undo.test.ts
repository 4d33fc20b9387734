import { inject } from "vitest";
import { describeRoundTrips } from "./undo/describe-round-trips.ts";

describeRoundTrips(() => ({ url: inject("serverUrl"), major: 18 }));
