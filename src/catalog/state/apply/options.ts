import type { DefElem } from "libpg-query";
import { nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import { type PgNode, taggedNode } from "../../../sql/parse-statement.ts";
import type { Options } from "../../model/names.ts";

/** The value of an option as the server keeps it; an option without one is switched on. */
export function optionText({ arg }: DefElem): string {
  return arg === undefined ? "true" : valueText(arg);
}

export function valueText(value: PgNode): string {
  const { tag, node } = taggedNode(value);
  switch (tag) {
    case "String":
      return node.sval ?? "";
    case "Integer":
      return String(node.ival ?? 0);
    case "Float":
      return node.fval ?? "";
    case "Boolean":
      return String(node.boolval ?? false);
    case "A_Const":
      return node.sval?.sval ?? node.fval?.fval ?? String(node.ival?.ival ?? node.boolval?.boolval ?? 0);
    case "TypeName":
      return namesOf(node.names).join(".");
    case "List":
      return (node.items ?? []).map(valueText).join(",");
    default:
      return "";
  }
}

const nameOfOption = ({ defnamespace, defname = "" }: DefElem): string =>
  defnamespace === undefined ? defname : `${defnamespace}.${defname}`;

/** `WITH (…)`; undefined when there are none. */
export function optionsOf(nodes: readonly PgNode[] | undefined): Options | undefined {
  const list = nodesAs(nodes, "DefElem").filter(({ defname }) => defname !== "oids");
  return list.length === 0
    ? undefined
    : Object.fromEntries(list.map((option) => [nameOfOption(option), optionText(option)]));
}

/** SET (…); undefined when none are left. */
export const optionsSet = (options: Options | undefined, nodes: readonly PgNode[] | undefined): Options | undefined =>
  emptyAsNone({ ...options, ...optionsOf(nodes) });

/** RESET (…) */
export function optionsReset(options: Options | undefined, nodes: readonly PgNode[] | undefined): Options | undefined {
  const names = new Set(nodesAs(nodes, "DefElem").map(nameOfOption));
  return emptyAsNone(Object.fromEntries(Object.entries(options ?? {}).filter(([name]) => !names.has(name))));
}

const emptyAsNone = (options: Options): Options | undefined =>
  Object.keys(options).length === 0 ? undefined : options;

/** `OPTIONS (ADD a '1', SET b '2', DROP c)` of foreign tables, servers and columns. */
export function genericOptions(options: Options | undefined, nodes: readonly PgNode[] | undefined): Options {
  const next = new Map(Object.entries(options ?? {}));
  for (const option of nodesAs(nodes, "DefElem")) {
    if (option.defaction === "DEFELEM_DROP") {
      next.delete(option.defname ?? "");
    } else {
      next.set(option.defname ?? "", optionText(option));
    }
  }
  return Object.fromEntries(next);
}
