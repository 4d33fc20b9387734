import type { CreateFunctionStmt } from "libpg-query";
import { nodesAs } from "../../sql/node-as.ts";
import { inputTypes, namesOf, textArray } from "../../sql/object-name.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import type { Circumstances } from "./circumstances.ts";
import { restoreDefinition } from "./routine-definition.ts";
import { constant, refuseWhen, text, when } from "./sql-text.ts";

export function undoCreateRoutine(statement: CreateFunctionStmt, circumstances: Circumstances): readonly UndoItem[] {
  const parameters = nodesAs(statement.parameters, "FunctionParameter");
  const types = inputTypes(parameters);
  const names = namesOf(statement.funcname);
  if (types === undefined) {
    return refused(
      `${names.at(-1)} takes an argument of a column's type (%TYPE), which its undo cannot name; write the type`,
    );
  }
  const keyword = statement.is_procedure === true ? "PROCEDURE" : "FUNCTION";
  const drop = text`DROP ${constant(keyword)} ${constant(circumstances.ifExists ? "IF EXISTS " : "")}${NEW_ROUTINE}`;
  const target = newRoutineTarget(names, types);
  if (statement.replace !== true) return [capture(target, when("true", drop))];
  const defaults = parameters.filter(({ defexpr }) => defexpr !== undefined).length;
  return [
    capture(
      target,
      when("t.routine_oid IS NULL", drop),
      refuseWhen(
        `EXISTS (SELECT FROM pg_proc p WHERE p.oid = t.routine_oid AND p.pronargdefaults < ${defaults})`,
        text`${NEW_ROUTINE} gets further default arguments, which cannot be taken from it again`,
      ),
      refuseWhen(
        namesArgument(parameters.map(({ name = "" }) => name)),
        text`${NEW_ROUTINE} gives a name to an argument that had none, which cannot be taken from it again`,
      ),
      ...restoreDefinition("p.oid = t.routine_oid"),
    ),
  ];
}

/** Target for a routine that is about to be made: `nspname`, `proname`, `args`, and `routine_oid` when it exists. */
export function newRoutineTarget(names: readonly string[], types: readonly string[]): string {
  const [name = ""] = names.slice(-1);
  const schema = names.length > 1 ? quoteLiteral(names[0] ?? "") : "current_schema()::text";
  const args = `ARRAY(SELECT to_regtype(a.type)::oid FROM unnest(${textArray(types)}) WITH ORDINALITY AS a(type, place) ORDER BY a.place)`;
  return `SELECT n.*, (SELECT p.oid FROM pg_proc p WHERE p.pronamespace = to_regnamespace(quote_ident(n.nspname))
        AND p.proname = n.proname AND p.proargtypes::text = array_to_string(n.args, ' ')) AS routine_oid
    FROM (SELECT ${schema} AS nspname, ${quoteLiteral(name)}::name AS proname, ${args} AS args) n WHERE n.nspname IS NOT NULL`;
}

/** `s.f(integer)` for {@link newRoutineTarget}. */
export const NEW_ROUTINE = `(format('%I.%I(%s)', t.nspname, t.proname, (SELECT string_agg(format_type(a.type, NULL), ', ' ORDER BY a.place)
      FROM unnest(t.args) WITH ORDINALITY AS a(type, place))))`;

const namesArgument = (names: readonly string[]): string =>
  `EXISTS (SELECT FROM pg_proc p, unnest(${textArray(names)}) WITH ORDINALITY AS a(name, place)
      WHERE p.oid = t.routine_oid AND a.name <> '' AND coalesce(p.proargnames[a.place], '') = '')`;
