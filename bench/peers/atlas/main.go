// Prints the SQL that leads from the schema public of one PostgreSQL database to that of another, by Atlas' community
// library. Atlas' own command cannot be built from its module (its go.mod replaces others); this does what its
// `schema diff` does with these two drivers.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/postgres"
	"ariga.io/atlas/sql/schema"
	_ "github.com/lib/pq"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: atlas FROM-URL TO-URL")
	}
	ctx := context.Background()
	driver, from := inspect(ctx, os.Args[1])
	_, to := inspect(ctx, os.Args[2])
	changes, err := driver.SchemaDiff(from, to)
	if err != nil {
		log.Fatal(err)
	}
	if len(changes) == 0 {
		return
	}
	plan, err := driver.PlanChanges(ctx, "diff", changes)
	if err != nil {
		log.Fatal(err)
	}
	for _, change := range plan.Changes {
		fmt.Printf("%s;\n", change.Cmd)
	}
}

func inspect(ctx context.Context, url string) (migrate.Driver, *schema.Schema) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		log.Fatal(err)
	}
	driver, err := postgres.Open(db)
	if err != nil {
		log.Fatal(err)
	}
	found, err := driver.InspectSchema(ctx, "public", nil)
	if err != nil {
		log.Fatal(err)
	}
	return driver, found
}
