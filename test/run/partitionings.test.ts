import { inject } from "vitest";
import { describePartitionings } from "./describe-partitionings.ts";

describePartitionings(() => inject("serverUrl"));
