/** server_version_num of the first release that has something. */
export const PG15 = 150_000;
export const PG16 = 160_000;
export const PG17 = 170_000;
export const PG18 = 180_000;

/** The oldest server that is read. */
export const OLDEST = 140_000;
