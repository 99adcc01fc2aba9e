package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/urfave/cli/v3"

	"github.com/kombo-mcp/kombo-mcp/internal/app"
	"github.com/kombo-mcp/kombo-mcp/internal/plainjson"
)

// demoOptions shape the demo's data and how it is printed.
type demoOptions struct {
	*app.Settings
	json bool
}

func demoCommand() *cli.Command {
	o := demoOptions{Settings: newSettings()}
	return &cli.Command{
		Name:   "demo",
		Usage:  "start a server on the embedded ATS, as a host would, and ask it a recruiter's questions",
		Flags:  append(sandboxFlags(o.Settings), &yesNoFlag{Name: "json", Destination: &o.json, Usage: "print a line of JSON for each question"}),
		Action: func(ctx context.Context, cmd *cli.Command) error { return runDemo(ctx, cmd, &o) },
	}
}

// demoStep is a question that a recruiter asks and the call that an agent makes to
// answer it.
type demoStep struct {
	ask, tool string
	arguments map[string]any
}

// demoSteps need no ids: an agent starts without any.
var demoSteps = []demoStep{
	{"Which jobs are open, and how many undecided applications has each?", "get_jobs",
		map[string]any{"statuses": []string{"OPEN"}, "fields": []string{"job", "department", "location", "pending"}}},
	{"Where do people stand who are undecided?", "get_applications",
		map[string]any{"where": `outcome == "PENDING"`, "group_by": "stage"}},
	{"Where do we lose people, and how long does it take us?", "get_applications",
		map[string]any{"where": `outcome == "DECLINED"`, "group_by": "stage", "measure": "days_to_rejection"}},
	{"Which source brings us the most hires?", "get_applications",
		map[string]any{"where": `outcome == "HIRED"`, "group_by": "source"}},
	{"Who is at an interview stage with no interview planned, and nothing changed for 30 days?", "get_applications",
		map[string]any{"where": `outcome == "PENDING" && stage contains "interview" && next_interview == nil && days_since(updated) > 30`, "limit": 5}},
	{"Which interviews are there in the next seven days?", "get_interviews",
		map[string]any{"where": `canceled == false && start >= today() && days_since(start) > -7`, "sort": "start", "limit": 5}},
	{"Show me the rejected ones (the agent has a typo in the column).", "get_applications",
		map[string]any{"where": `outcom == "DECLINED"`}},
}

func runDemo(ctx context.Context, cmd *cli.Command, o *demoOptions) (err error) {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	args := []string{"--sandbox", fmt.Sprintf("--seed=%d", o.Seed), fmt.Sprintf("--applications=%d", o.Applications)}
	if o.Today != "" {
		args = append(args, "--today="+o.Today)
	}
	c, err := client.NewStdioMCPClient(self, os.Environ(), args...)
	if err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	hello := mcp.InitializeRequest{}
	hello.Params.ProtocolVersion = mcp.LATEST_PROTOCOL_VERSION
	hello.Params.ClientInfo = mcp.Implementation{Name: "kombo-mcp-demo", Version: buildVersion()}
	server, err := c.Initialize(ctx, hello)
	if err != nil {
		return fmt.Errorf("initialize: %w", err)
	}
	list, err := c.ListTools(ctx, mcp.ListToolsRequest{})
	if err != nil {
		return fmt.Errorf("list the tools: %w", err)
	}
	w := cmd.Root().Writer
	if o.json {
		w = io.Discard
	}
	if _, err := fmt.Fprintf(w, "%s %s, started over stdio on a made-up ATS with %d applications; it offers %d tools.\n",
		server.ServerInfo.Name, server.ServerInfo.Version, o.Applications, len(list.Tools)); err != nil {
		return err
	}
	for _, step := range demoSteps {
		if err := ask(ctx, cmd.Root().Writer, o.json, c, step); err != nil {
			return err
		}
	}
	return nil
}

func ask(ctx context.Context, w io.Writer, asJSON bool, c *client.Client, step demoStep) error {
	req := mcp.CallToolRequest{}
	req.Params.Name, req.Params.Arguments = step.tool, step.arguments
	began := time.Now()
	res, err := c.CallTool(ctx, req)
	if err != nil {
		return fmt.Errorf("%s: %w", step.tool, err)
	}
	arguments, err := plainjson.Marshal(step.arguments)
	if err != nil {
		return err
	}
	took := time.Since(began).Milliseconds()
	if asJSON {
		text, err := plainjson.Marshal(map[string]any{"ask": step.ask, "tool": step.tool, "arguments": step.arguments, "answer": textOf(res), "ms": took})
		if err == nil {
			_, err = fmt.Fprintln(w, string(text))
		}
		return err
	}
	_, err = fmt.Fprintf(w, "\n> %s\n  %s %s\n\n%s\n(%d ms)\n", step.ask, step.tool, arguments, indent(textOf(res)), took)
	return err
}

func textOf(r *mcp.CallToolResult) string {
	var parts []string
	for _, c := range r.Content {
		if t, ok := c.(mcp.TextContent); ok {
			parts = append(parts, t.Text)
		}
	}
	return strings.Join(parts, "\n")
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(s, "\n", "\n    ")
}
