import type { ColumnMove } from "../../migrations/move-columns.ts";
import type { StepPlace, TypedForm } from "../typed-form.ts";
import { knownMove } from "./known-move.ts";
import { moveOnline } from "./move-online.ts";
import { moveInWords, plainMove, writtenMove } from "./written-move.ts";

/**
 * Columns that move to another table.
 *
 * @throws LockkeeperError `reshape_invalid` where a name or a type is none
 */
export function moveForm(move: ColumnMove, { file }: StepPlace): TypedForm {
  writtenMove(move, file);
  return {
    words: moveInWords(move),
    plain: (state) => plainMove(move, state === undefined ? undefined : knownMove(move, file, state).defaults),
    online: (context) => moveOnline(move, file, context),
  };
}
