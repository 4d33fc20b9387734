import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { concurrentIndex, customers, note, orders } from "../changes.ts";
import { type FixtureTool, run, write } from "../fixture-tool.ts";

const VERSION = "11.20.3";

const dependency = (group: string, artifact: string, version: string): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>fixtures</groupId><artifactId>flyway</artifactId><version>1</version>
  <dependencies>
    ${dependency("org.flywaydb", "flyway-core", VERSION)}
    ${dependency("org.flywaydb", "flyway-database-postgresql", VERSION)}
    ${dependency("org.postgresql", "postgresql", "42.7.14")}
  </dependencies>
</project>
`;

const MAIN = `import java.util.Map;
import org.flywaydb.core.Flyway;

public class Main {
  public static void main(String[] args) {
    Flyway.configure()
        .dataSource(args[0], "postgres", "postgres")
        .locations("filesystem:" + args[1])
        .baselineOnMigrate(true)
        .baselineVersion("0.9")
        // Else a concurrent build waits for the tool's own lock for ever.
        .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
        .load()
        .migrate();
  }
}
`;

export const flyway: FixtureTool = {
  name: "flyway",
  install(tools) {
    const folder = join(tools, "flyway");
    if (!existsSync(join(folder, "lib"))) {
      mkdirSync(folder, { recursive: true });
      write(folder, { "pom.xml": POM });
      const repository = `-Dmaven.repo.local=${join(tools, "m2")}`;
      run("mvn", ["-q", "-B", repository, "dependency:copy-dependencies", "-DoutputDirectory=lib"], folder);
    }
    return `flyway-core ${VERSION}`;
  },
  notes:
    "The database held a table before, so the history begins with a baseline row. Four versioned migrations, one of them\n" +
    "with a configuration file that takes it out of the transaction, and a repeatable one that ran twice. The undo file\n" +
    "is read by the paid edition only and stands here for its name.",
  apply(place) {
    place.query("CREATE TABLE settings (name text PRIMARY KEY, value text)");
    const view = (columns: string): string => `CREATE OR REPLACE VIEW order_totals AS
SELECT ${columns}
FROM orders GROUP BY customer_id;
`;
    write(place.project, {
      "V0.9__settings.sql": "CREATE TABLE settings (name text PRIMARY KEY, value text);\n",
      "V1__create_customers.sql": `${customers.up}\n`,
      "V1_1__create_orders.sql": `${orders.up}\n`,
      "V2__add_orders_note.sql": `${note.up}\n`,
      "U2__add_orders_note.sql": `${note.down}\n`,
      "R__order_totals.sql": view("customer_id, sum(total) AS total"),
    });
    const migrate = (): string =>
      run(
        "java",
        ["-cp", join(place.tools, "flyway/lib/*"), join(place.scratch, "Main.java"), jdbc(place.url), place.project],
        place.scratch,
      );
    write(place.scratch, { "Main.java": MAIN });
    migrate();
    write(place.project, {
      "V10__index_orders_customer.sql": `${concurrentIndex.up}\n`,
      "V10__index_orders_customer.sql.conf": "executeInTransaction=false\n",
      "R__order_totals.sql": view("customer_id, sum(total) AS total, count(*) AS orders"),
    });
    migrate();
  },
};

const jdbc = (url: string): string => `jdbc:postgresql://${new URL(url).host}${new URL(url).pathname}`;
