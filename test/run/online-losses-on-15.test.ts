import { describeLosses } from "../support/losses/describe-losses.ts";
import { KINDS } from "../support/losses/kinds/all.ts";

// The other half is on 18; the script does all of them on both, with every fault.
describeLosses(
  15,
  501,
  KINDS.filter((_, at) => at % 2 === 1),
);
