import { createMCPClient } from "@ai-sdk/mcp";
import { Experimental_StdioMCPTransport as StdioTransport } from "@ai-sdk/mcp/mcp-stdio";
import { openai } from "@ai-sdk/openai";
import { generateText, stepCountIs } from "ai";

const kombo = await createMCPClient({ transport: new StdioTransport({ command: "kombo-mcp", args: ["--sandbox"] }) });
try {
  const { text } = await generateText({
    model: openai("gpt-5"),
    tools: await kombo.tools(),
    stopWhen: stepCountIs(10),
    prompt: "Which jobs are open?",
  });
  console.log(text);
} finally {
  await kombo.close();
}
