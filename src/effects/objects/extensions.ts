import type { Family } from "../family.ts";

/** ALTER EXTENSION … UPDATE runs a script of the extension's. Its own objects are what it works on, mostly. */
export const alterExtension: Family<"AlterExtensionStmt"> = ({ extname }, _state, effects) =>
  effects.leaveUnchecked(`what the update of the extension ${extname ?? ""} does is written in its own script`);
