import { ALTERATION_CASES } from "./alterations.ts";
import { NAME_CASES } from "./names.ts";
import { OBJECT_CASES } from "./objects.ts";
import { TABLE_CASES } from "./tables.ts";

export const CASES = [...TABLE_CASES, ...ALTERATION_CASES, ...NAME_CASES, ...OBJECT_CASES];
