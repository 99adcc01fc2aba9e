import { openai } from "@ai-sdk/openai";
import { Agent } from "@mastra/core/agent";
import { MCPClient } from "@mastra/mcp";

const client = new MCPClient({ servers: { kombo: { command: "kombo-mcp", args: ["--sandbox"] } } });
try {
  const agent = new Agent({
    id: "recruiting",
    name: "Recruiting",
    instructions: "Answer from the applicant tracking system.",
    model: openai("gpt-5"),
    tools: await client.listTools(),
  });
  const { text } = await agent.generate("Which jobs are open?");
  console.log(text);
} finally {
  await client.disconnect();
}
