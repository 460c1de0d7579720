// Runs emulate's Slack at a free port; a line of JSON on stdin is answered by what its store holds.
//   argv: the folder of emulate's code, the seed · {"listen": URL} sets the Events URL ·
//   {"again": TS} delivers the event of that message once more · the end of stdin ends it
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [dist, seed] = process.argv.slice(2);
const source = readFileSync(`${dist}/api.js`, "utf8");
const [, chunk] = source.match(/\n  slack: \{[^]*?import\("\.\/([^"]+)"\)/);
const { createEmulator } = await import(`${dist}/api.js`);
const { slackPlugin, getSlackStore } = await import(`${dist}/${chunk}`);

let slack, webhooks;
let underWay = 0;
const register = slackPlugin.register;
slackPlugin.register = (app, store, dispatcher, ...rest) => {
  [slack, webhooks] = [getSlackStore(store), dispatcher];
  const dispatch = dispatcher.dispatch.bind(dispatcher);
  dispatcher.dispatch = async (name, action, payload, owner) => {
    const channel = slack.channels.findOneBy("channel_id", payload.event.channel);
    // Slack tells of what kind a channel is; emulate leaves that out.
    if (name === "message") payload.event.channel_type = channel.is_im ? "im" : "channel";
    underWay += 1;
    await dispatch(name, action, payload, owner);
    underWay -= 1;
  };
  const fetch = app.fetch;
  app.fetch = (request) => fetch(inBody(request));
  register(app, store, dispatcher, ...rest);
};

// Slack takes a call's arguments from the address as well; emulate takes them from a posted body.
function inBody(request) {
  const { pathname, search } = new URL(request.url);
  if (!pathname.startsWith("/api/") || !search) return request;
  const headers = new Headers(request.headers);
  headers.set("content-type", "application/x-www-form-urlencoded");
  const bare = request.url.slice(0, -search.length);
  return new Request(bare, { method: "POST", headers, body: search.slice(1) });
}

function listen(url) {
  for (const old of webhooks.getSubscriptions()) webhooks.unregister(old.id);
  webhooks.register({ url, events: ["message"], active: true, owner: "slack" });
}

function again(ts) {
  const sent = webhooks.getDeliveries().find(({ payload }) => payload.event.ts === ts);
  webhooks.dispatch(sent.event, sent.action, sent.payload, "slack");
}

function tell(more) {
  const [messages, ephemeral] = [slack.messages.all(), slack.ephemeralMessages.all()];
  const views = slack.views.all().map(({ view_id, ...rest }) => ({ ...rest, id: view_id }));
  console.log(JSON.stringify({ messages, ephemeral, views, underWay, ...more }));
}

const emulator = await createEmulator({ service: "slack", port: 0, seed: { slack: JSON.parse(seed) } });
tell({ url: emulator.url });
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if (asked.listen) listen(asked.listen);
  if (asked.again) again(asked.again);
  tell();
}
process.exit();
