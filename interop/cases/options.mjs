/** What services and handlers are told beside their code, and what the server knows of it. */
import assert from "node:assert/strict";
import { connect, rpc, serde } from "@restatedev/restate-sdk-clients";
import { withEachClient } from "../harness/clients.mjs";
import { eventually } from "../harness/processes.mjs";
import { failureOf } from "../harness/world.mjs";
import { marked } from "../services/options.mjs";

const SOON_MS = 20_000;

const handlersOf = ({ handlers }) => Object.fromEntries(handlers.map((handler) => [handler.name, handler]));

export const options = [
  {
    name: "the server knows the options of services and handlers",
    run: async (world) => {
      const service = await world.adminGet(`/services/${world.name("Configured")}`);
      const { documentation, metadata, idempotency_retention, journal_retention } = service;
      const { inactivity_timeout, abort_timeout, retry_policy } = service;
      assert.deepEqual(
        { documentation, team: metadata.team, idempotency_retention, journal_retention },
        {
          documentation: "Has all options",
          team: "options",
          idempotency_retention: "2h",
          journal_retention: "1m 30s",
        },
      );
      if (world.variant.transport === "bidi") assert.equal(inactivity_timeout, "3m");
      assert.deepEqual(
        { abort_timeout, retry_policy },
        {
          abort_timeout: "4m",
          retry_policy: {
            initial_interval: "15ms",
            max_interval: "2s",
            exponentiation_factor: 3,
            max_attempts: 4,
            on_max_attempts: "Kill",
          },
        },
      );
      const { own, plain, inside, withJsonSchema } = handlersOf(service);
      assert.deepEqual([own.documentation, own.metadata], ["Has options of its own", { color: "blue" }]);
      assert.deepEqual(
        [own.idempotency_retention, own.journal_retention, own.abort_timeout],
        ["1m", "1d", "1m 20s"],
      );
      assert.equal(own.retry_policy.max_attempts, 2);
      assert.match(own.input_description, /application\/\*/);
      assert.deepEqual([plain.public, inside.public], [true, false]);
      assert.deepEqual(
        [withJsonSchema.input_json_schema.type, withJsonSchema.output_json_schema.type],
        ["string", "number"],
      );
      if (world.variant.transport === "bidi") assert.equal(own.inactivity_timeout, "1m 10s");
      const hidden = await world.adminGet(`/services/${world.name("Hidden")}`);
      assert.equal(hidden.public, false);
    },
  },
  {
    name: "the older names of handlers do the same",
    run: async (world) => {
      const key = world.unique();
      const options = (side) => rpc.opts({ [side]: marked });
      assert.deepEqual(await world.service("OlderService").it({ a: 1 }, options("input")), { a: 1 });
      await world.object("OlderObject", key).set("kept");
      assert.equal(await world.object("OlderObject", key).get(options("output")), "kept");
      const flow = world.workflow("OlderWorkflow", key);
      await flow.workflowSubmit();
      await flow.finish("finished");
      assert.equal(await flow.workflowAttach(), "finished");
      const { ty, handlers } = await world.adminGet(`/services/${world.name("OlderObject")}`);
      assert.equal(ty, "VirtualObject");
      assert.deepEqual(handlers.map((handler) => [handler.name, handler.ty]).sort(), [
        ["get", "Shared"],
        ["set", "Exclusive"],
      ]);
    },
  },
  {
    name: "a platform's own arguments reach the handler",
    needs: ({ platform }) => platform === "fetch",
    run: async (world) =>
      assert.deepEqual(await world.service("Logging").extraArgs(), [{ platform: "fetch" }]),
  },
  {
    name: "what is private is called from inside only",
    run: async (world) => {
      assert.deepEqual(await world.service("MarkedCaller").inside(), ["only from inside", "inside"]);
      assert.equal((await failureOf(world.service("Hidden").call())).code, 400);
      assert.equal((await failureOf(world.service("Configured").inside())).code, 400);
    },
  },
  {
    name: "a serde with a preview is announced, and used",
    run: async (world) => {
      const name = world.name("Configured");
      const { metadata } = await world.adminGet(`/services/${name}`);
      const announced = Object.keys(metadata).filter((key) => key.startsWith("dev.restate.serde.preview."));
      assert.deepEqual(announced.sort(), [
        "dev.restate.serde.preview.doubled/input",
        "dev.restate.serde.preview.doubled/output",
      ]);
      const { status, text } = await world.fetch(`/${name}/doubled`, {
        method: "POST",
        headers: { "content-type": "application/x-byte" },
        body: Uint8Array.of(4),
      });
      assert.deepEqual([status, text], [200, "\b"]);
    },
  },
  {
    name: "a serde with a preview converts for tools that ask the endpoint",
    // What asks here speaks HTTP/1.1 only.
    needs: ({ transport }) => transport === "http1",
    run: async (world) => {
      const ask = async (path, body) => {
        const url = `${world.endpointUri}/serdes/${world.name("Configured")}/${path}`;
        const response = await fetch(url, { method: "POST", body });
        return [response.status, response.headers.get("content-type"), await response.text()];
      };
      assert.deepEqual(await ask("decode/doubled/input", Uint8Array.of(65)), [
        200,
        "application/json",
        '{"byte":65}',
      ]);
      assert.deepEqual(await ask("encode/doubled/output", '{"byte":66}'), [200, "application/x-byte", "B"]);
      assert.equal((await ask("decode/plain/input", Uint8Array.of(1)))[0], 404);
    },
  },
  {
    name: "a service has a serde of its own, for everything where nobody says otherwise",
    run: async (world) => {
      const [key, value] = [world.unique(), { a: [1] }];

      const object = connect({ url: world.server.ingressUrl, serde: marked }).objectClient(
        world.definition("Marked"),
        key,
      );
      const expected = { input: value, state: 'marked:{"a":[1]}', ran: { n: 1 }, read: value };
      assert.deepEqual(await object.written(value), expected);
      const raw = await world.fetch(`/${world.name("Marked")}/${key}/written`, {
        method: "POST",
        headers: { "content-type": "application/x-marked" },
        body: "marked:1",
      });
      assert.equal(raw.headers.get("content-type"), "application/x-marked");
      assert.match(raw.text, /^marked:\{"input":1,/);
      assert.deepEqual(await world.object("Marked", key).json({ b: 1 }), { input: { b: 1 } });
      assert.deepEqual(await object.jsonOutput({ c: 1 }, rpc.opts({ output: serde.json })), { c: 1 });
      assert.deepEqual(await world.service("MarkedCaller").call({ key, value }), expected);
      assert.deepEqual(await world.service("MarkedCaller").byOptions({ key, value }), expected);
    },
  },
  ...withEachClient("an awakeable uses the serde of its service", async (world, client) => {
    const topic = world.unique();
    const ingress = client.connect({ url: world.server.ingressUrl, serde: marked });
    const result = ingress.objectClient(world.definition("Marked"), world.unique()).awakeable(topic);
    const [id] = await world.endpoint.noted(topic);
    await ingress.resolveAwakeable(id, ["woken"]);
    assert.deepEqual(await result, ["woken"]);
  }),
  {
    name: "errors of the user's are made terminal, by the service's rule or the handler's",
    run: async (world) => {
      const mapped = world.service("Mapped");
      const byService = await failureOf(mapped.byService());
      assert.deepEqual([byService.code, byService.message], [451, "as the service says"]);
      const byHandler = await failureOf(mapped.byHandler());
      assert.deepEqual([byHandler.code, byHandler.message], [452, "as the handler says"]);
      assert.deepEqual(await mapped.inRun(), [true, 451, "in a run"]);
    },
  },
  {
    name: "hooks wrap handlers and runs, the service's around the handler's",
    run: async (world) => {
      const topic = world.unique();
      assert.equal(await world.service("Hooked").own({ topic }), 1);
      await eventually("the last hook", SOON_MS, async () =>
        world.endpoint.notes(topic).includes("service 1 after handler own"),
      );
      const around = (what, inner) => [
        ...["service 1", "service 2", "handler"].map((name) => `${name} before ${what}`),
        ...inner,
        ...["handler", "service 2", "service 1"].map((name) => `${name} after ${what}`),
      ];
      const expected = around("handler own", ["the handler", ...around("run step", ["the step"])]);
      if (world.isWaitingInPlace) assert.deepEqual(world.endpoint.notes(topic), expected);
      else for (const note of expected) assert.ok(world.endpoint.notes(topic).includes(note), note);
    },
  },
  {
    name: "hooks are called in every attempt, and not for runs that are replayed",
    run: async (world) => {
      const topic = world.unique();
      assert.equal(await world.service("Hooked").replays({ topic }), 1);
      const notes = world.endpoint.notes(topic);
      const count = (wanted) => notes.filter((note) => note === wanted).length;
      assert.ok(count("service 1 before handler replays") >= 2);
      assert.equal(count("service 1 fails once in handler replays"), 1);
      assert.equal(count("service 1 before run first"), 1);
      assert.equal(count("service 1 before run second"), 1);
    },
  },
  {
    name: "hooks see failures",
    run: async (world) => {
      const topic = world.unique();
      const failure = await failureOf(world.service("Hooked").fails({ topic }));
      assert.deepEqual([failure.code, failure.message], [455, "for good"]);
      await eventually("the last hook", SOON_MS, async () =>
        world.endpoint.notes(topic).includes("service 1 fails for good in handler fails"),
      );
      assert.ok(world.endpoint.notes(topic).includes("service 2 fails for good in run terminal"));
    },
  },
  {
    name: "hooks see that an attempt is over without a failure",
    run: async (world) => {
      const topic = world.unique();
      assert.equal(await world.service("Hooked").suspends({ topic }), "woke");
      const notes = await world.endpoint.noted(topic, 8);
      assert.ok(notes.includes("service 2 leaves handler suspends"), notes.join("\n"));
      assert.ok(notes.includes("service 1 leaves handler suspends"), notes.join("\n"));
    },
  },
  {
    name: "hooks decide with which failure a handler ends, and whether it begins",
    run: async (world) => {
      const topic = world.unique();
      const replaced = await failureOf(world.service("Hooked").replaced({ topic }));
      assert.deepEqual([replaced.code, replaced.message], [453, "replaced: not what callers see"]);
      const refused = await failureOf(world.service("Hooked").refused({ topic }));
      assert.deepEqual([refused.code, refused.message], [454, "refused before the handler"]);
      assert.ok(!world.endpoint.notes(topic).includes("the handler"));
    },
  },
  {
    name: "lines of the console are logged once, with what they are about",
    run: async (world) => {
      const topic = world.unique();
      await world.service("Logging").twice(topic);
      const lines = (await world.endpoint.noted(`log/${topic}`, 2)).filter(({ replaying }) => !replaying);
      assert.deepEqual(
        lines.map(({ level, source, rest, target }) => [level, source, rest, target]),
        [
          ["info", "USER", ["first", { a: 1 }], `${world.name("Logging")}/twice`],
          ["warn", "USER", ["second"], `${world.name("Logging")}/twice`],
        ],
      );
    },
  },
  {
    name: "a handler can ask whether it replays, and when its attempt is over",
    run: async (world) => {
      const topic = world.unique();
      assert.deepEqual(await world.service("Logging").isProcessing(), ["boolean", true]);
      assert.deepEqual(await world.service("Logging").ended(topic), [false, true]);
      await world.endpoint.noted(`${topic}/ended`);
    },
  },
];
