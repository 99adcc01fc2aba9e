// Command decode walks all applications and does nothing with them: what the
// server's walk is measured beside.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/kombo-mcp/kombo-mcp/kombo"
)

func main() {
	client, err := kombo.New(os.Getenv("KOMBO_API_KEY"), kombo.WithIntegration(os.Getenv("KOMBO_INTEGRATION_ID")), kombo.WithBaseURL(os.Getenv("KOMBO_BASE_URL")))
	read := 0
	if err == nil {
		for page, err := range client.ApplicationPages(context.Background(), kombo.ApplicationFilter{}) {
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			read += len(page.Results)
		}
	}
	fmt.Println(read, err)
}
