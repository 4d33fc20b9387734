import { FOR_OLDER } from "../support/sampled.ts";
import { proveOn } from "./proofs/prove-on.ts";

proveOn(15, FOR_OLDER);
