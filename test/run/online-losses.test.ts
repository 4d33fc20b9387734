import { describeLosses } from "../support/losses/describe-losses.ts";

describeLosses(18, 1);
