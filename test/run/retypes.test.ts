import { RETYPE_CASES } from "../online/cases/retypes.ts";
import { casesOn } from "../online/online-case.ts";
import { describeRetypes } from "./describe-retypes.ts";

describeRetypes(casesOn(18, RETYPE_CASES).filter(({ refused }) => refused === undefined));
