import { describeLosses } from "../support/losses/describe-losses.ts";

// Others are on 15; the script does all of them on both, with every fault.
describeLosses(18, 1, 0);
