import { describeLosses } from "../support/losses/describe-losses.ts";
import { KINDS } from "../support/losses/kinds/all.ts";

// The other half is on 15; the script does all of them on both, with every fault.
describeLosses(
  18,
  1,
  KINDS.filter((_, at) => at % 2 === 0),
);
