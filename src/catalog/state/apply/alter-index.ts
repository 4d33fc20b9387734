import type { AlterTableCmd } from "libpg-query";
import { nodeAs } from "../../../sql/node-as.ts";
import type { TableIndex } from "../../model/table-index.ts";
import type { CatalogState } from "../catalog-state.ts";
import type { Relation } from "../relation.ts";
import { attachIndex } from "./add-index.ts";
import { changeIndex, tableNow, withField } from "./edit.ts";
import { nameOfRange } from "./nodes.ts";
import { optionsReset, optionsSet, valueText } from "./options.ts";

/** ALTER INDEX … SET, RESET, ATTACH PARTITION, ALTER COLUMN … SET STATISTICS. */
export function alterIndex(
  state: CatalogState,
  { is, on }: Extract<Relation, { readonly kind: "index" }>,
  command: AlterTableCmd,
): void {
  const change = (next: (index: TableIndex) => TableIndex): void => changeIndex(state, on, is.name, next);
  const list = nodeAs(command.def, "List")?.items;
  const { name = "" } = command;
  switch (command.subtype) {
    case "AT_SetRelOptions":
      change((index) => withField(index, "options", optionsSet(index.options, list)));
      break;
    case "AT_ResetRelOptions":
      change((index) => withField(index, "options", optionsReset(index.options, list)));
      break;
    case "AT_SetTableSpace":
      change((index) => withField(index, "tablespace", name === "pg_default" ? undefined : name));
      break;
    case "AT_SetStatistics": {
      const target = command.def === undefined ? -1 : Number(valueText(command.def));
      change((index) => ({
        ...index,
        keys: index.keys.map((key, place) =>
          place + 1 === command.num ? withField(key, "statisticsTarget", target < 0 ? undefined : target) : key,
        ),
      }));
      break;
    }
    case "AT_AttachPartition": {
      const child = state.relation(nameOfRange(nodeAs(command.def, "PartitionCmd")?.name));
      const partition = child?.kind === "index" ? tableNow(state, child.on) : undefined;
      if (child?.kind === "index" && partition !== undefined && child.is.parent === undefined) {
        attachIndex(state, partition, child.is, { table: on, index: is });
        validateIndex(state, on, is.name);
      }
      break;
    }
    default:
  }
}

/** The index of a partitioned table is valid once every partition has one for it. */
function validateIndex(
  state: CatalogState,
  table: { readonly schema: string; readonly name: string },
  name: string,
): void {
  const isComplete = state
    .partitionsOf(table)
    .every(({ indexes }) =>
      indexes.some(({ parent, valid }) => valid && parent?.schema === table.schema && parent.name === name),
    );
  if (isComplete) {
    changeIndex(state, table, name, (index) => ({ ...index, valid: true }));
  }
}
