import { Agent, MCPServerStdio, run } from "@openai/agents";

const kombo = new MCPServerStdio({ name: "kombo", command: "kombo-mcp", args: ["--sandbox"] });
await kombo.connect();
try {
  const agent = new Agent({ name: "Recruiting", model: "gpt-5", mcpServers: [kombo] });
  const result = await run(agent, "Which jobs are open?");
  console.log(result.finalOutput);
} finally {
  await kombo.close();
}
