// Runs aimock's OpenAI-compatible server at a free port. A line of JSON on stdin is answered by what
// was asked of it so far.  argv: the folder of aimock's code · {"script": [answers]} sets what it
// answers, one after the other, the last one for ever · {"hang": true} is an answer that never comes ·
// the end of stdin ends it
import { createInterface } from "node:readline";

const { LLMock } = await import(`${process.argv[2]}/index.js`);
const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
let script = [];

mock.on({}, async () => {
  const answer = script.length > 1 ? script.shift() : script[0];
  if (answer.hang) await new Promise(() => {});
  return answer;
});

await mock.start();
const tell = () => {
  const asked = mock.getRequests().map(({ body, headers }) => ({ body, headers }));
  console.log(JSON.stringify({ url: `${mock.url}/v1`, asked }));
};
tell();
for await (const line of createInterface({ input: process.stdin })) {
  const said = JSON.parse(line);
  if (said.script) script = said.script;
  if (said.forget) mock.clearRequests();
  tell();
}
process.exit(0);
