import type { CatalogState } from "../../catalog/state/catalog-state.ts";

/** The zones that have never had another offset than none. */
const UTC = /^(etc\/)?(utc|uct|gmt|gmt0|gmt[+-]0|universal|zulu|greenwich)$/i;

/**
 * Whether timestamps with and without time zone are the same bytes in the session. False when the setting is not known.
 *
 * Source: `TimestampTimestampTzRequiresRewrite` in `src/backend/utils/adt/timestamp.c`.
 */
export const timeZoneIsUtc = (state: CatalogState): boolean => UTC.test(state.setting("timezone") ?? "");
