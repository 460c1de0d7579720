// Runs aimock's OpenAI-compatible server at a free port. A line of JSON on stdin is answered by what
// was asked of it so far.  argv: the folder of aimock's code · {"script": [answers]} sets what it
// answers, one after the other, the last one for ever · {"hang": true} is an answer that never comes ·
// "stream" in an answer says how it streams: latency, chunkSize, truncateAfterChunks · {"by": {field:
// answer}} answers by what the wanted shape holds, {"told": {words: answer}} before it where the prompt
// holds these words, {"at": {number: answer}} instead of both the call of this number since the
// script · the end of stdin ends it
import { createInterface } from "node:readline";

const { LLMock } = await import(`${process.argv[2]}/index.js`);
const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
let script = [];
let calls = 0;

const fitting = ({ by, told = {} }, request) => {
  const asked = JSON.stringify(request.messages);
  const words = Object.keys(told).find((one) => asked.includes(one));
  if (words) return told[words];
  const fields = request.response_format?.json_schema?.schema?.properties ?? {};
  return by[Object.keys(fields).find((name) => name in by)] ?? { content: "{}" };
};

mock.on({}, async (request) => {
  let answer = script.length > 1 ? script.shift() : script[0];
  calls += 1;
  if (answer.by) answer = answer.at?.[calls] ?? fitting(answer, request);
  if (answer.hang) await new Promise(() => {});
  const { stream = {}, ...said } = answer;
  const usual = { latency: undefined, chunkSize: undefined, truncateAfterChunks: undefined };
  Object.assign(mock.getFixtures()[0], usual, stream);
  return said;
});

await mock.start();
const tell = () => {
  const asked = mock.getRequests().map(({ body, headers }) => ({ body, headers }));
  console.log(JSON.stringify({ url: `${mock.url}/v1`, asked }));
};
tell();
for await (const line of createInterface({ input: process.stdin })) {
  const said = JSON.parse(line);
  if (said.script) [script, calls] = [said.script, 0];
  if (said.forget) mock.clearRequests();
  tell();
}
process.exit(0);
