import { describeLosses } from "../support/losses/describe-losses.ts";

describeLosses(15, 501);
