import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { EMPTY_TABLE } from "../../catalog/state/empty-table.ts";

/** Stands for a table of which no more than its name is known. */
export const unknownTable = ({ schema, name }: QualifiedName, kind: Table["kind"]): Table => ({
  schema,
  name,
  kind,
  persistence: "permanent",
  ...EMPTY_TABLE,
  owner: "",
});
