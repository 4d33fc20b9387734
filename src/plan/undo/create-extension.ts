import type { CreateExtensionStmt } from "libpg-query";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture } from "./capture.ts";
import type { Circumstances } from "./circumstances.ts";
import { constant, each, one, refuseWhen, text } from "./sql-text.ts";

/**
 * Nothing where the extension stands already. Its control file may name a schema of its own, which is made with it,
 * and extensions it requires, which CASCADE installs.
 */
export function undoCreateExtension(statement: CreateExtensionStmt, { ifExists }: Circumstances): readonly UndoItem[] {
  const { extname = "" } = statement;
  const options = nodesAs(statement.options, "DefElem");
  const cascades = options.some(({ defname }) => defname === "cascade");
  const version = nodeAs(options.find(({ defname }) => defname === "new_version")?.arg, "String")?.sval;
  const chosen = version === undefined ? "e.default_version" : quoteLiteral(version);
  const control = `pg_available_extensions e JOIN pg_available_extension_versions v ON v.name = e.name AND v.version = ${chosen}
      WHERE e.name = ${quoteLiteral(extname)}`;
  return [
    capture(
      `SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = ${quoteLiteral(extname)})`,
      ...(cascades
        ? [
            refuseWhen(
              `EXISTS (SELECT FROM pg_available_extensions e JOIN pg_available_extension_versions v
                  ON v.name = e.name AND v.version = ${chosen}, unnest(v.requires) AS r(name)
                WHERE e.name = ${quoteLiteral(extname)} AND NOT EXISTS (SELECT FROM pg_extension i WHERE i.extname = r.name))`,
              text`CASCADE installs further extensions along with ${constant(extname)}; create each by its own statement`,
            ),
          ]
        : []),
      one(constant(`DROP EXTENSION ${ifExists ? "IF EXISTS " : ""}${quoteIdentifier(extname)}`)),
      each(
        text`DROP SCHEMA ${"quote_ident(v.schema)"}`,
        `${control} AND v.schema IS NOT NULL AND to_regnamespace(quote_ident(v.schema)) IS NULL`,
      ),
    ),
  ];
}
