import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { codec, encodeFrame, FrameDecoder, MessageType, messageName } from "@pawl/protocol";
import { frame, start } from "../machine/story.test.kit.js";
import { useContext } from "./binding/use-context.js";
import { Ledger } from "./fixtures/es/test/services_pb.js";
import {
  type Greeter,
  GreeterClientImpl,
  protoMetadata,
  type Request,
  Response,
} from "./fixtures/ts-proto/test/services.js";
import * as restate from "./index.js";
import { requestBytes } from "./proto.test.kit.js";

class GreeterService implements Greeter {
  async greet(request: Request): Promise<Response> {
    return { greeting: `Hello ${request.name}` };
  }
  async shout(request: Request): Promise<Response> {
    const { greeting } = await new GreeterClientImpl(useContext(this)).greet(request);
    return { greeting: greeting.toUpperCase() };
  }
  async ignore(): Promise<Record<string, never>> {
    return {};
  }
}

const build = (): restate.RestateServer =>
  restate
    .createServer()
    .bindService({ descriptor: protoMetadata, service: "Greeter", instance: new GreeterService() })
    .bindService(Ledger, { append: async () => ({ count: 1n }) })
    .bindRouter("myservice", restate.router({ hello: async (_, name: string) => `Hello ${name}` }))
    .bindKeyedRouter("my.keyed", restate.keyedRouter({ hello: async (_, key: string) => key }))
    .bind(restate.service({ name: "Modern", handlers: {} }))
    .setLogger(() => {});

const V6 = "application/vnd.restate.invocation.v6";

describe("a server with protobuf services, on a socket", () => {
  let port = 0;
  const http2 = createHttp2Server(build());
  before(async () => {
    http2.listen(0, "127.0.0.1");
    await once(http2, "listening");
    port = (http2.address() as AddressInfo).port;
  });
  after(() => http2.close());

  it("announces all that was bound", async () => {
    const session = connect(`http://127.0.0.1:${port}`);
    const stream = session.request({ ":path": "/discover" });
    let body = "";
    for await (const chunk of stream) body += chunk;
    session.destroy();
    const { services } = JSON.parse(body) as {
      services: { name: string; metadata?: Record<string, string> }[];
    };
    assert.deepEqual(
      services.map(({ name, metadata }) => [
        name,
        Object.keys(metadata ?? {}),
        metadata?.["dev.pawl.router"],
      ]),
      [
        ["test.services.Greeter", ["dev.pawl.protobuf.descriptors"], undefined],
        ["test.services.Ledger", ["dev.pawl.protobuf.descriptors"], undefined],
        ["myservice", ["dev.pawl.router"], "unkeyed"],
        ["my.keyed", ["dev.pawl.router"], "keyed"],
        ["Modern", [], undefined],
      ],
    );
  });

  it("exchanges binary messages with its callers and callees", async () => {
    const session = connect(`http://127.0.0.1:${port}`);
    const stream = session.request({
      ":method": "POST",
      ":path": "/invoke/test.services.Greeter/Shout",
      "content-type": V6,
    });
    stream.write(Buffer.concat([start(1), frame("Input", { headers: [], value: requestBytes("Pete") })]));
    const frames = new FrameDecoder();
    const names: string[] = [];
    for await (const chunk of stream) {
      frames.push(new Uint8Array(chunk));
      for (let next = frames.next(); next !== undefined; next = frames.next()) {
        names.push(messageName(next.type));
        if (next.type === MessageType.Call) {
          const call = codec.Call.decode(next.payload);
          assert.deepEqual([call.serviceName, call.handlerName], ["test.services.Greeter", "Greet"]);
          assert.deepEqual(call.parameter, requestBytes("Pete"));
          const value = Response.encode({ greeting: "Hello Pete" }).finish();
          const id = { kind: "completion", id: call.resultCompletionId } as const;
          const payload = codec.Notification.encode({ id, result: { kind: "value", value } });
          stream.end(encodeFrame(MessageType.CallCompletion, payload));
        }
        if (next.type === MessageType.Output) {
          const { result } = codec.Output.decode(next.payload);
          assert.ok(result.kind === "value");
          assert.equal(Response.decode(result.value).greeting, "HELLO PETE");
        }
      }
    }
    session.destroy();
    assert.deepEqual(names, ["Call", "Output", "End"]);
  });
});
