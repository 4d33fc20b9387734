import { COLUMNS } from "./column-cases.ts";
import { COMMENTS, GRANTS } from "./comment-and-grant-cases.ts";
import { CONSTRAINTS } from "./constraint-cases.ts";
import { CREATE } from "./created-cases.ts";
import { OTHERS } from "./definition-cases.ts";
import type { ExactCase } from "./exact-case.ts";
import { BY_OWNER, MIGRATIONS, WITHOUT_TRACE } from "./migration-cases.ts";
import { RELATIONS } from "./relation-cases.ts";
import { TAKEN_ALONG } from "./taken-along-cases.ts";

export const EXACT_CASES: readonly ExactCase[] = [
  ...CREATE,
  ...COLUMNS,
  ...CONSTRAINTS,
  ...RELATIONS,
  ...OTHERS,
  ...COMMENTS,
  ...GRANTS,
  ...WITHOUT_TRACE,
  ...MIGRATIONS,
  ...TAKEN_ALONG,
  ...BY_OWNER,
];
