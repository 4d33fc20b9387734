import type { QualifiedName } from "../../catalog/model/names.ts";
import type { ObjectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Rename } from "../schema-diff.ts";
import { idPath } from "./id-path.ts";

/** Kinds that share the names of a schema with the relations, and those that share them with the types. */
const RELATIONS: ReadonlySet<string> = new Set(["table", "view", "materialized view", "sequence", "index"]);

/** Kinds whose ids are made of names alone. */
const NAMED: ReadonlySet<string> = new Set([
  ...RELATIONS,
  ...[
    "schema",
    "type",
    "routine",
    "collation",
    "statistics",
    "column",
    "default",
    "constraint",
    "trigger",
    "rule",
    "policy",
  ],
  ...["domain constraint", "label", "attribute"],
]);

/** Kinds that a catalog has no objects of, but names. */
export const [OPERATOR, OPERATOR_CLASS] = ["operator", "operator class"] as const;

/** Kinds whose names stand below those of types. */
const BELOW_TYPES: ReadonlySet<string> = new Set(["domain constraint", "label", "attribute"]);

/** Whether something can get another name by itself: a default goes along with its column. */
export const isNamed = (id: ObjectId): boolean => NAMED.has(idPath(id).kind) && !id.startsWith("default:");

/** What is called otherwise on the other side, by its old names. */
export class NameMap {
  readonly #schemas = new Map<string, string>();
  readonly #objects = new Map<string, QualifiedName>();
  readonly #parts = new Map<string, string>();
  readonly #texts: (readonly [RegExp, string])[] = [];
  /** These stand beside the old names of their types. */
  readonly #partTexts: (readonly [RegExp, string])[] = [];

  constructor(renames: readonly Rename[]) {
    for (const { from, to } of renames) {
      const old = idPath(from);
      const path = idPath(to).path;
      const [first = "", second = "", third = ""] = old.path;
      const last = path.at(-1) ?? "";
      if (old.kind === "schema") {
        this.#schemas.set(first, last);
        this.#texts.push([
          new RegExp(`(?<![\\w".])${escaped(quoteIdentifier(first))}\\.`, "g"),
          `${quoteIdentifier(last)}.`,
        ]);
      } else if (old.kind === OPERATOR) {
        const printed = (schema = "", name = ""): string => `OPERATOR(${quoteIdentifier(schema)}.${name})`;
        this.#texts.push([new RegExp(escaped(printed(first, second)), "g"), printed(path[0], last)]);
      } else if (old.path.length === 2) {
        const name = { schema: path[0] ?? "", name: last };
        this.#objects.set(`${groupOf(old.kind)}${old.rest} ${first}.${second}`, name);
        // A table gives its name to the type of its rows.
        if (RELATIONS.has(old.kind)) this.#objects.set(`type ${first}.${second}`, name);
        const printed = escaped(quoteQualified({ schema: first, name: second }));
        this.#texts.unshift([new RegExp(`(?<![\\w".])${printed}(?![\\w"])`, "g"), quoteQualified(name)]);
      } else {
        this.#parts.set(`${old.kind} ${first}.${second}.${third}`, last);
        this.#partTexts.push(...partTexts(old.kind, { schema: first, name: second }, third, last));
      }
    }
  }

  schema(name: string): string {
    return this.#schemas.get(name) ?? name;
  }

  object(kind: string, { schema, name }: QualifiedName): QualifiedName {
    return this.#objects.get(`${groupOf(kind)} ${schema}.${name}`) ?? { schema: this.schema(schema), name };
  }

  /** @param on the old name of the table */
  part(kind: string, on: QualifiedName, name: string): string {
    return this.#parts.get(`${kind} ${on.schema}.${on.name}.${name}`) ?? name;
  }

  /** Names of objects within the server's own text, which has them with their schemas. */
  text(text: string): string {
    let said = text;
    for (const [pattern, name] of [...this.#partTexts, ...this.#texts]) said = said.replace(pattern, () => name);
    return said;
  }

  /** The same in a text of a table, where columns stand by their names. */
  textOf(on: QualifiedName, columns: readonly string[], text: string): string {
    const renamed = new Map(
      columns.flatMap((column) => {
        const name = this.part("column", on, column);
        return name === column ? [] : [[quoteIdentifier(column), quoteIdentifier(name)] as const];
      }),
    );
    const said = this.text(text);
    return renamed.size === 0 ? said : said.replace(TOKEN, (token) => renamed.get(token) ?? token);
  }

  id(id: ObjectId): ObjectId {
    const { kind, path, rest } = idPath(id);
    if (!NAMED.has(kind)) return id;
    const [schema = "", name = "", part] = path;
    if (path.length === 1) return `${kind}:${quoteIdentifier(kind === "schema" ? this.schema(schema) : schema)}${rest}`;
    const holder = BELOW_TYPES.has(kind) ? "type" : "table";
    const of = this.object(part === undefined ? `${kind}${rest}` : holder, { schema, name });
    const last = part === undefined ? [] : [this.part(kind === "default" ? "column" : kind, { schema, name }, part)];
    return `${kind}:${[of.schema, of.name, ...last].map(quoteIdentifier).join(".")}${this.text(rest)}`;
  }
}

/** Labels with their types, and attributes of values: the server prints them as they are called by then. */
function partTexts(kind: string, type: QualifiedName, old: string, now: string): (readonly [RegExp, string])[] {
  const pattern = (text: string): RegExp => new RegExp(`${escaped(text)}(?![\\w"$])`, "g");
  if (kind === "attribute") return [[pattern(`).${quoteIdentifier(old)}`), `).${quoteIdentifier(now)}`]];
  if (kind !== "label") return [];
  const cast = `::${quoteQualified(type)}`;
  return [[pattern(`${quoteLiteral(old)}${cast}`), `${quoteLiteral(now)}${cast}`]];
}

const NAME = /"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*/u.source;

/** Strings and casts as wholes, so that nothing within them is taken for a column. */
const TOKEN = new RegExp(`'(?:[^']|'')*'|::(?:(?:${NAME})\\.)?(?:${NAME})|${NAME}`, "gu");

/** As a part of a regular expression. */
export const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

const groupOf = (kind: string): string => (RELATIONS.has(kind) ? "relation" : kind);
