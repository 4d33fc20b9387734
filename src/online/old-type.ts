import type { DropStmt, RenameStmt } from "libpg-query";
import type { QualifiedName } from "../catalog/model/names.ts";
import { namesOf } from "../sql/object-name.ts";
import type { ParsedStatement } from "../sql/parse-statement.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { isHidden } from "./hidden-name.ts";
import type { OnlineContext } from "./online-context.ts";
import { AS_WRITTEN, brief, later, type OnlineForm, type Piece, pieces, refused } from "./piece.ts";

/** What the file says of a type that stays until contract; undefined for statements that say nothing of one type. */
export function typeOnline(parsed: ParsedStatement, context: OnlineContext): OnlineForm | undefined {
  switch (parsed.tag) {
    case "DropStmt":
      return isType(parsed.node.removeType) ? dropTypeOnline(parsed.node, context) : undefined;
    case "RenameStmt":
      return isType(parsed.node.renameType) ? renameTypeOnline(parsed.node, context) : undefined;
    case "CreateEnumStmt":
    case "CreateRangeStmt":
      return createTypeOnline(namesOf(parsed.node.typeName), context);
    case "CreateDomainStmt":
      return createTypeOnline(namesOf(parsed.node.domainname), context);
    case "CompositeTypeStmt":
      return createTypeOnline(
        [parsed.node.typevar?.schemaname, parsed.node.typevar?.relname].flatMap((name) => name ?? []),
        context,
      );
    default:
      return undefined;
  }
}

const isType = (kind: string | undefined): boolean => kind === "OBJECT_TYPE" || kind === "OBJECT_DOMAIN";

/** DROP TYPE or DOMAIN of a type that only columns still have which contract removes: it goes behind them. */
function dropTypeOnline({ objects = [], behavior }: DropStmt, context: OnlineContext): OnlineForm {
  const named = objects.map((object) => typeNamed(namesOf(object), context));
  const kept = named.filter((type) => type !== undefined && isKept(type, context));
  if (kept.length === 0 || behavior === "DROP_CASCADE") return AS_WRITTEN;
  return pieces(
    ...named.flatMap((type): Piece[] => {
      if (type === undefined) return [];
      const sql = `DROP TYPE ${quoteQualified(type)}`;
      return [kept.includes(type) ? later(sql, { kind: "type", ...type }) : brief(sql)];
    }),
  );
}

/** ALTER TYPE … RENAME TO the name of a type that stays until contract. */
function renameTypeOnline({ object, newname = "" }: RenameStmt, context: OnlineContext): OnlineForm {
  const type = typeNamed(namesOf(object), context);
  const old = type === undefined ? undefined : { schema: type.schema, name: newname };
  return old === undefined || !isKept(old, context) ? AS_WRITTEN : nameIsTaken(newname);
}

/** CREATE TYPE or DOMAIN of the name of a type that stays until contract. */
function createTypeOnline(names: readonly string[], context: OnlineContext): OnlineForm {
  const old = typeNamed(names, context);
  return old === undefined || !isKept(old, context) ? AS_WRITTEN : nameIsTaken(old.name);
}

const nameIsTaken = (name: string): OnlineForm =>
  refused(
    `takes the name of the type ${name}, which stays until \`contract\` with a column that has it`,
    `rename the old type out of the way in front of the change of the column (ALTER TYPE ${quoteIdentifier(name)} RENAME TO …), and give the new one its name at once`,
  );

function typeNamed(names: readonly string[], { state }: OnlineContext): QualifiedName | undefined {
  const name = { schema: names.at(-2), name: names.at(-1) ?? "" };
  const found = state.enumType(name) ?? state.domain(name) ?? state.composite(name) ?? state.range(name);
  return found === undefined ? undefined : { schema: found.schema, name: found.name };
}

/** Whether columns have the type, and all of them wait for contract. */
function isKept(type: QualifiedName, { state }: OnlineContext): boolean {
  const users = state.usersOfType(type);
  return users.length > 0 && users.every(({ column }) => isHidden(column.name));
}
