import type { Families } from "../family.ts";

export const MAINTENANCE_FAMILIES: Families = {};
