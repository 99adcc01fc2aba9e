import { MultiServerMCPClient } from "@langchain/mcp-adapters";
import { ChatOpenAI } from "@langchain/openai";
import { createAgent } from "langchain";

const client = new MultiServerMCPClient({
  mcpServers: { kombo: { transport: "stdio", command: "kombo-mcp", args: ["--sandbox"] } },
});
try {
  const agent = createAgent({ model: new ChatOpenAI({ model: "gpt-5" }), tools: await client.getTools() });
  const { messages } = await agent.invoke({ messages: [{ role: "user", content: "Which jobs are open?" }] });
  console.log(messages.at(-1).text);
} finally {
  await client.close();
}
