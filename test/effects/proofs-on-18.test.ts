import { proveOn } from "./proofs/prove-on.ts";

proveOn(18);
