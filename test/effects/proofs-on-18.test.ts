import { sampled } from "../support/sampled.ts";
import { proveOn } from "./proofs/prove-on.ts";

proveOn(18, sampled(4));
