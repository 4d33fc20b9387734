import type { CreateFunctionStmt, FunctionParameter, TypeName } from "libpg-query";
import type { Catalog } from "../catalog/catalog.ts";
import type { Routine } from "../catalog/model/routine.ts";
import { nodesAs } from "../sql/node-as.ts";
import { parsedNode } from "../sql/parsed-node.ts";
import { byQualifiedName } from "./by-qualified-name.ts";
import { docComment } from "./doc-comment.ts";
import { parameterName, propertyKey } from "./names.ts";
import { arrayOf, orNull } from "./ts-type.ts";
import { typeKey } from "./type-key.ts";
import type { UsedType } from "./type-resolver.ts";
import type { TypesContext } from "./types-context.ts";

/** The interfaces `Functions` and `Procedures`, where there are any: a method each, overloads beside each other. */
export function routineTypes({ routines }: Catalog, context: TypesContext): readonly string[] {
  const callable = routines
    .map((routine) => ({ routine, written: parsedNode(routine.definition, "CreateFunctionStmt") }))
    .filter(({ written }) => written === undefined || !isForTheServer(written))
    .toSorted(({ routine: one }, { routine: other }) => byQualifiedName(one, other) || byArguments(one, other));
  const methodsOf = (kind: Routine["kind"]): readonly string[] =>
    callable.flatMap(({ routine, written }) => (routine.kind === kind ? methodLines(routine, written, context) : []));
  return [
    ...interfaceOf(
      "Functions",
      "Arguments and results of functions: a value, a row where the result has columns, an array of a set.",
      methodsOf("function"),
    ),
    ...interfaceOf("Procedures", "Arguments of procedures, and the row that CALL gives.", methodsOf("procedure")),
  ];
}

const byArguments = (one: Routine, other: Routine): number =>
  one.identityArguments < other.identityArguments ? -1 : 1;

const interfaceOf = (name: string, comment: string, methods: readonly string[]): readonly string[] =>
  methods.length === 0
    ? []
    : [[...docComment([comment], ""), `export interface ${name} {`, ...methods, "}"].join("\n")];

const usedType = (type: TypeName | undefined): UsedType => {
  const { schema = "pg_catalog", name, array } = type === undefined ? { name: "void", array: false } : typeKey(type);
  return { schema, name, array };
};

/** No query can call what makes a trigger or speaks of the server's own memory. */
function isForTheServer({ returnType, parameters }: CreateFunctionStmt): boolean {
  const types = [returnType, ...nodesAs(parameters, "FunctionParameter").map(({ argType }) => argType)].map(usedType);
  return types.some(({ schema, name }) => schema === "pg_catalog" && FOR_THE_SERVER.has(name));
}

const FOR_THE_SERVER = new Set([
  "trigger",
  "event_trigger",
  "internal",
  "cstring",
  "language_handler",
  "fdw_handler",
  "index_am_handler",
  "table_am_handler",
  "tsm_handler",
]);

function methodLines(
  { schema, name, kind, comment }: Routine,
  written: CreateFunctionStmt | undefined,
  context: TypesContext,
): readonly string[] {
  const key = propertyKey(schema === "public" ? name : `${schema}.${name}`);
  const signature =
    written === undefined
      ? "(...given: unknown[]): unknown"
      : `(${parametersText(written, kind, context)}): ${resultText(written, context)}`;
  return [...docComment([comment], "  "), `  ${key}${signature};`];
}

const isOut = ({ mode }: FunctionParameter): boolean => mode === "FUNC_PARAM_OUT" || mode === "FUNC_PARAM_TABLE";

function parametersText({ parameters }: CreateFunctionStmt, kind: Routine["kind"], context: TypesContext): string {
  const taken = new Set<string>();
  return (
    nodesAs(parameters, "FunctionParameter")
      // CALL wants something in the place of an OUT argument too.
      .filter((one) => !isOut(one) || (kind === "procedure" && one.mode === "FUNC_PARAM_OUT"))
      .map((one, at) => {
        const wanted = parameterName(one.name ?? `arg${at + 1}`);
        const name = taken.has(wanted) ? `${wanted}${at + 1}` : wanted;
        taken.add(name);
        if (isOut(one)) return `${name}: null`;
        const type = usedType(one.argType);
        if (one.mode === "FUNC_PARAM_VARIADIC") {
          return `...${name}: ${arrayOf(argumentType({ ...type, array: false }, context))}`;
        }
        return `${name}${one.defexpr === undefined ? "" : "?"}: ${argumentType(type, context)}`;
      })
      .join(", ")
  );
}

const isPolymorphic = ({ schema, name }: UsedType): boolean => schema === "pg_catalog" && name.startsWith("any");

function argumentType(type: UsedType, { resolver }: TypesContext): string {
  return isPolymorphic(type) ? "unknown" : orNull(resolver.resolve(type).insert);
}

function valueType(type: UsedType, { resolver }: TypesContext): string {
  return isPolymorphic(type) ? "unknown" : orNull(resolver.resolve(type).select);
}

function resultText({ parameters, returnType }: CreateFunctionStmt, context: TypesContext): string {
  const outputs = nodesAs(parameters, "FunctionParameter").filter(
    (one) => isOut(one) || one.mode === "FUNC_PARAM_INOUT",
  );
  const one =
    outputs.length > 0
      ? `{ ${outputs.map((output, at) => fieldText(output, at, context)).join("; ")} }`
      : returnedType(usedType(returnType), context);
  return returnType?.setof === true ? arrayOf(one) : one;
}

function fieldText({ name, argType }: FunctionParameter, at: number, context: TypesContext): string {
  return `${propertyKey(context.properties.of(name ?? `column${at + 1}`))}: ${valueType(usedType(argType), context)}`;
}

function returnedType(type: UsedType, context: TypesContext): string {
  const isOwn = type.schema === "pg_catalog" && !type.array;
  if (isOwn && type.name === "void") return "void";
  if (isOwn && type.name === "record") return "Record<string, unknown>";
  const row = type.array ? undefined : context.rowOf(type);
  return row ?? valueType(type, context);
}
