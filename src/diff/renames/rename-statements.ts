import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Element } from "../element.ts";
import type { OnRelation } from "../element-values.ts";
import { alterRelation } from "../rules/naming.ts";
import { ruleOf } from "../rules.ts";
import type { DiffStatement, Rename } from "../schema-diff.ts";
import { idPath } from "./id-path.ts";
import { NameMap } from "./name-map.ts";

export interface Renamed {
  readonly element: Element;
  /** Tables were made of it, and change along. */
  readonly isTyped: boolean;
}

/**
 * What gives things their new names: schemas first, then what is in them, then parts.
 *
 * @param before the element that is renamed, or of which a part is, as it is before
 */
export function renameStatements(
  renames: readonly Rename[],
  before: (id: string) => Renamed | undefined,
): DiffStatement[] {
  const depth = ({ from }: Rename): number => idPath(from).path.length;
  const done: Rename[] = [];
  return renames
    .toSorted((a, b) => depth(a) - depth(b))
    .flatMap((rename) => {
      const renamed = before(rename.from);
      if (renamed === undefined) return [];
      // Where the object is by now.
      const names = new NameMap(done.filter((other) => depth(other) < depth(rename)));
      const sql = statements(rename, renamed, names);
      done.push(rename);
      return sql.map((one) => ({ sql: one, for: [rename.to] }));
    });
}

function statements({ from, to }: Rename, { element, isTyped }: Renamed, names: NameMap): string[] {
  const cascade = isTyped ? " CASCADE" : "";
  const { kind, path, rest } = idPath(from);
  const [schema = "", name = "", part = ""] = path;
  const { path: target } = idPath(to);
  const newName = target.at(-1) ?? "";
  const last = quoteIdentifier(newName);
  if (kind === "schema") return [`ALTER SCHEMA ${quoteIdentifier(schema)} RENAME TO ${last}`];
  if (path.length === 3) {
    const { on } = element.value as Partial<OnRelation>;
    const table = { ...names.object("table", { schema, name }), kind: on?.kind ?? "table" } as const;
    const old = quoteIdentifier(part);
    const type = (): string => quoteQualified(names.object("type", { schema, name }));
    switch (kind) {
      case "label":
        return [`ALTER TYPE ${type()} RENAME VALUE ${quoteLiteral(part)} TO ${quoteLiteral(newName)}`];
      case "attribute":
        return [`ALTER TYPE ${type()} RENAME ATTRIBUTE ${old} TO ${last}${cascade}`];
      case "column":
        return [`${alterRelation(table)}RENAME COLUMN ${old} TO ${last}`];
      case "constraint":
        return [`${alterRelation(table)}RENAME CONSTRAINT ${old} TO ${last}`];
      case "domain constraint":
        return [`ALTER DOMAIN ${type()} RENAME CONSTRAINT ${old} TO ${last}`];
      default:
        return [`ALTER ${kind.toUpperCase()} ${old} ON ${quoteQualified(table)} RENAME TO ${last}`];
    }
  }
  const word = wordOf(element, kind);
  const stands = names.object(kind, { schema, name });
  const [newSchema = stands.schema] = target;
  // An index has gone where its table is.
  const now = kind === "index" ? { ...stands, schema: newSchema } : stands;
  return [
    ...(newSchema === now.schema
      ? []
      : [`ALTER ${word} ${quoteQualified(now)}${names.text(rest)} SET SCHEMA ${quoteIdentifier(newSchema)}`]),
    ...(quoteIdentifier(now.name) === last
      ? []
      : [
          `ALTER ${word} ${quoteQualified({ schema: newSchema, name: now.name })}${names.text(rest)} RENAME TO ${last}`,
        ]),
  ];
}

/** `TABLE`, as in `ALTER TABLE public.t`. */
function wordOf(element: Element, kind: string): string {
  if (kind === "routine") return "ROUTINE";
  const noun = ruleOf(element)?.noun?.(element);
  const said = noun?.owner ?? noun?.comment ?? kind.toUpperCase();
  return said.slice(
    0,
    said.indexOf(" ", said.startsWith("MATERIALIZED ") || said.startsWith("FOREIGN ") ? said.indexOf(" ") + 1 : 0),
  );
}
