import { describeLosses } from "../support/losses/describe-losses.ts";

// Others are on 18; the script does all of them on both, with every fault.
describeLosses(15, 501, 1);
