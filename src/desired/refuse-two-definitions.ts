import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { SchemaStatement } from "./schema-statement.ts";
import { namedBy } from "./written-renames.ts";

/**
 * Refuses a schema in which two files define one object otherwise and `IF NOT EXISTS` or `OR REPLACE` keeps the server
 * from saying so: which of the two counted would be a matter of the order, which files of a schema do not have.
 *
 * @throws LockkeeperError `schema_invalid` at the second of the two
 */
export function refuseTwoDefinitions(statements: readonly SchemaStatement[]): void {
  const first = new Map<string, SchemaStatement>();
  for (const one of statements) {
    const key = keyOf(one);
    if (key === undefined) continue;
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, one);
    } else if (other.file !== one.file && (isLenient(one) || isLenient(other)) && contentOf(one) !== contentOf(other)) {
      throw twice(one, other);
    }
  }
}

/** The kind and the name of what is created: in `public` where neither it nor its file names a schema. */
function keyOf({ parsed, settings }: SchemaStatement): string | undefined {
  const { tag, node } = parsed;
  const named = namedBy(parsed);
  // Those are often made sure of in every file that needs them, and hold nothing.
  if (named === undefined || tag === "CreateSchemaStmt") return undefined;
  const types =
    tag === "CreateFunctionStmt"
      ? (node.parameters ?? []).map((one) =>
          "FunctionParameter" in one ? [one.FunctionParameter.mode, one.FunctionParameter.argType] : one,
        )
      : [];
  const paths = settings.flatMap(({ sql }) => (/search_path/i.test(sql) ? [sql] : []));
  const isBelow = tag === "CreateTrigStmt" || tag === "CreatePolicyStmt";
  const isBare = named.path.length < (isBelow ? 3 : 2);
  const path = isBare && paths.length === 0 ? ["public", ...named.path] : named.path;
  return plain([named.kinds, path, types, isBare ? paths : []]);
}

const isLenient = ({ parsed: { node } }: SchemaStatement): boolean => {
  const { if_not_exists: isAbsent, replace } = node as { readonly if_not_exists?: unknown; readonly replace?: unknown };
  return isAbsent === true || replace === true;
};

const contentOf = ({ parsed: { tag, node } }: SchemaStatement): string =>
  plain([tag, { ...node, if_not_exists: undefined, replace: undefined }]);

/** Without places. */
const plain = (value: unknown): string =>
  JSON.stringify(value, (key, item: unknown) => (/(?:^|_)location$/.test(key) ? undefined : item));

function twice(one: SchemaStatement, other: SchemaStatement): LockkeeperError {
  const at = one.map.place(one.file, one.source.start);
  const name = namedBy(one.parsed)?.path.join(".") ?? "";
  return new LockkeeperError("schema_invalid", {
    message: `${one.file}:${at.line}: ${name} is defined otherwise in ${other.file}:${other.source.line}, and one of the two would count without a word.`,
    at,
    notDone: "The schema was not loaded.",
    action: "Leave one of the two definitions.",
  });
}
