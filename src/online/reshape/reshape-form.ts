import type { Reshape } from "../../migrations/reshape.ts";
import type { StepPlace, TypedForm } from "../typed-form.ts";
import { reshapeOnline } from "./reshape-online.ts";
import { plainReshape, reshapeInWords, writtenTable } from "./written-reshape.ts";

/**
 * A change of the shape of columns.
 *
 * @throws LockkeeperError `reshape_invalid` where a name, a type or an expression is none
 */
export function reshapeForm(reshape: Reshape, { file }: StepPlace): TypedForm {
  writtenTable(reshape, file);
  return {
    words: reshapeInWords(reshape),
    plain: () => plainReshape(reshape),
    online: (context) => reshapeOnline(reshape, file, context),
  };
}
