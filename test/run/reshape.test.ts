import { describeReshapes } from "./describe-reshapes.ts";
import { RESHAPE_KINDS } from "./reshape-kinds.ts";

describeReshapes(RESHAPE_KINDS);
