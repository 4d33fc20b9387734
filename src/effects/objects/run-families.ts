import type { Routine } from "../../catalog/model/routine.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { nodesAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import { parsePlpgsql } from "../../sql/parse-plpgsql.ts";
import { type ParsedStatement, parseStatement, taggedNode } from "../../sql/parse-statement.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import { splitSql } from "../../sql/split-sql.ts";
import type { EffectSet } from "../effect-set.ts";
import type { Families, Family } from "../family.ts";
import { nameOfParts } from "../written-name.ts";

/** Adds what a statement does. */
export type Gather = (statement: ParsedStatement, state: CatalogState, effects: EffectSet) => void;

/** Statements that run others. */
export const runFamilies = (gather: Gather): Families => ({
  CreateSchemaStmt: createSchema(gather),
  DoStmt: doBlock(gather),
  CallStmt: callProcedure(gather),
});

/** The elements of CREATE SCHEMA are statements of their own. */
const createSchema =
  (gather: Gather): Family<"CreateSchemaStmt"> =>
  ({ schemaElts }, state, effects) => {
    for (const element of schemaElts ?? []) gather(taggedNode(element), state, effects);
  };

const doBlock =
  (gather: Gather): Family<"DoStmt"> =>
  ({ args }, state, effects) => {
    const options = nodesAs(args, "DefElem");
    const textOf = (name: string): string | undefined =>
      namesOf(options.find(({ defname }) => defname === name)?.arg)[0];
    const language = textOf("language") ?? "plpgsql";
    runBody({ language, text: textOf("as") ?? "", called: "the DO block" }, gather, state, effects);
  };

const callProcedure =
  (gather: Gather): Family<"CallStmt"> =>
  ({ funccall }, state, effects) => {
    const name = nameOfParts(namesOf(funccall?.funcname));
    const [routine, another] = state.routinesNamed(name).filter(({ kind }) => kind === "procedure");
    if (routine === undefined || another !== undefined) {
      effects.leaveUnchecked(`what the procedure ${name.name} does is not known`);
    } else {
      runBody(bodyOf(routine), gather, state, effects);
    }
  };

interface Body {
  readonly language: string;
  readonly text: string;
  /** For people. */
  readonly called: string;
}

const bodyOf = ({ language, body, sqlBody, name }: Routine): Body => ({
  language,
  text: body ?? /^\s*BEGIN ATOMIC\s([\s\S]*)END\s*$/i.exec(sqlBody ?? "")?.[1] ?? "",
  called: `the procedure ${name}`,
});

/**
 * Adds what the statements of a body do, whether or not its conditions let them run. What it does through functions that
 * it calls, and by SQL that it makes itself, is not looked into.
 */
function runBody({ language, text, called }: Body, gather: Gather, state: CatalogState, effects: EffectSet): void {
  const statements = statementsIn(language, text);
  if (statements === undefined) {
    effects.leaveUnchecked(`${called} cannot be read`);
    return;
  }
  for (const statement of statements) {
    if (statement === "dynamic") effects.leaveUnchecked(`${called} runs SQL that it makes itself`);
    else gather(statement, state, effects);
  }
}

function statementsIn(language: string, text: string): readonly (ParsedStatement | "dynamic")[] | undefined {
  try {
    if (language === "sql") return parsed(text);
    if (language !== "plpgsql") return undefined;
    const read = parsePlpgsql(`DO ${quoteLiteral(text)}`);
    if ("error" in read) return undefined;
    return read.sql.flatMap(({ kind, text: sql }): readonly (ParsedStatement | "dynamic")[] =>
      kind === "dynamic" ? ["dynamic"] : parsed(sql),
    );
  } catch {
    return undefined;
  }
}

const parsed = (text: string): readonly ParsedStatement[] =>
  splitSql(text).statements.map((statement) => parseStatement(statement, ""));
