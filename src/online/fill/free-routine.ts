import type { QualifiedName } from "../../catalog/model/names.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { clipName, MAX_NAME_BYTES } from "../../sql/generated-name.ts";
import { freeName } from "../free-name.ts";

/** What a trigger's name has before that of its function, and a number behind it. */
const ROOM = 5;

/** A name for a trigger function of the schema that none of its functions has. */
export const freeRoutine = (schema: string, base: string, state: CatalogState): QualifiedName => ({
  schema,
  name: freeName(clipName(base, MAX_NAME_BYTES - ROOM), (name) => state.routinesNamed({ schema, name }).length > 0),
});
