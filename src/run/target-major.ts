import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { connect } from "../postgres/session.ts";

/**
 * The major of the server that statements are meant for, where nothing else says it: what another one makes of the same
 * SQL may have names that it has not.
 *
 * @param note told when the database cannot be asked
 * @returns undefined when it is not known
 */
export async function targetMajor(
  url: string | undefined,
  note: (text: string) => void = () => undefined,
): Promise<number | undefined> {
  if (url === undefined) return undefined;
  try {
    await using session = await connect(url, { applicationName: "lockkeeper diff" });
    const [server] = await session.query<{ major: number }>(
      "SELECT current_setting('server_version_num')::int / 10000 AS major",
    );
    return server?.major;
  } catch (error) {
    if (!(error instanceof LockkeeperError)) throw error;
    note(`The database cannot be asked which PostgreSQL it is, and is taken for the newest: ${error.message}`);
    return undefined;
  }
}
