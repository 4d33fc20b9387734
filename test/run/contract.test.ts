import { CONTRACT_CASES } from "./contract-cases.ts";
import { describeContracts } from "./describe-contracts.ts";

describeContracts(CONTRACT_CASES);
