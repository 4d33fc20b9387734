import { TABLE_CASES } from "./tables.ts";

export const CASES = [...TABLE_CASES];
