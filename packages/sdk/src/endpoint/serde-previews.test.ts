import assert from "node:assert/strict";
import { connect } from "node:http2";
import { after, before, describe, it } from "node:test";
import type { Context } from "../context/context.js";
import { handlers } from "../definitions/handlers.js";
import { service } from "../definitions/service.js";
import type { Serde } from "../serde.js";
import { Endpoint } from "./endpoint.js";
import { createEndpointHandler as createFetchHandler } from "./fetch-handler.js";
import { createEndpointHandler as createLambdaHandler } from "./lambda-handler.js";
import { createEndpointServer, type EndpointServer } from "./node-server.js";
import { parseRoute } from "./routes.js";
import { MAX_PREVIEW_BODY_BYTES } from "./serde-previews.js";

/** Four bytes, which people read as a number. */
const uint32: Serde<number> = {
  contentType: "application/x-uint32",
  serialize: (value) => new Uint8Array(Uint32Array.of(value).buffer),
  deserialize(data) {
    if (data.length !== 4) throw new Error("Not four bytes");
    return new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  },
  preview: {
    toJsonString: async (value) => JSON.stringify(value),
    fromJsonString: (json) => JSON.parse(json) as number,
  },
};
const numbers = service({
  name: "Numbers",
  metadata: { team: "a" },
  handlers: {
    double: handlers.handler({ input: uint32 }, async (_ctx: Context, n: number) => n * 2),
    byDefault: handlers.handler({ serde: uint32 }, async (_ctx: Context, n: number) => n),
  },
});
const options = { services: [numbers], logger: () => {} };

const seven = Uint8Array.of(7, 0, 0, 0);

describe("previews of serdes", () => {
  it("are announced in the metadata of the service", () => {
    const answer = new Endpoint(options).handle({ path: "/discover", headers: {}, mode: "BIDI_STREAM" });
    assert.equal(answer.kind, "complete");
    const [{ metadata }] = JSON.parse(new TextDecoder().decode(answer.body)).services;
    assert.deepEqual(metadata, {
      team: "a",
      "dev.restate.serde.preview.double/input": "true",
      "dev.restate.serde.preview.byDefault/input": "true",
      "dev.restate.serde.preview.byDefault/output": "true",
    });
  });

  it("have a path with the serde's name at its end, encoded or not", () => {
    const route = { kind: "preview", service: "S", operation: "decode", serde: "h/input" };
    assert.deepEqual(parseRoute("/serdes/S/decode/h/input"), route);
    assert.deepEqual(parseRoute("/below/serdes/S/decode/h%2Finput?x=1"), route);
    assert.deepEqual(parseRoute("/serdes/S/encode/h/input/"), { ...route, operation: "encode" });
    for (const path of ["/serdes/S/decode", "/serdes/S/decode/", "/serdes/S/other/h", "/serdes"]) {
      assert.deepEqual(parseRoute(path), { kind: "unknown" }, path);
    }
  });

  describe("on every transport", () => {
    let server: EndpointServer;
    before(async () => {
      server = await createEndpointServer({ ...options, port: 0, host: "127.0.0.1" });
    });
    after(() => server.close());

    async function overHttp1(path: string, body: Uint8Array) {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: "POST", body });
      return {
        status: response.status,
        contentType: response.headers.get("content-type"),
        body: new Uint8Array(await response.arrayBuffer()),
      };
    }

    async function overHttp2(path: string, body: Uint8Array) {
      const session = connect(`http://127.0.0.1:${server.port}`);
      try {
        const stream = session.request({ ":method": "POST", ":path": path });
        const head = new Promise<Record<string, unknown>>((resolve) => stream.once("response", resolve));
        stream.end(body);
        const chunks = await stream.toArray();
        const { ":status": status, "content-type": contentType } = await head;
        return { status, contentType, body: new Uint8Array(Buffer.concat(chunks)) };
      } finally {
        session.close();
      }
    }

    async function overFetch(path: string, body: Uint8Array) {
      const request = new Request(`http://platform${path}`, { method: "POST", body });
      const response = await createFetchHandler(options)(request);
      return {
        status: response.status,
        contentType: response.headers.get("content-type"),
        body: new Uint8Array(await response.arrayBuffer()),
      };
    }

    async function overLambda(path: string, body: Uint8Array) {
      const event = { rawPath: path, body: Buffer.from(body).toString("base64"), isBase64Encoded: true };
      const { statusCode, headers, body: answer } = await createLambdaHandler(options)(event, {});
      const bytes = new Uint8Array(Buffer.from(answer, "base64"));
      return { status: statusCode, contentType: headers["content-type"], body: bytes };
    }

    const transports = {
      "HTTP/1.1": overHttp1,
      "HTTP/2": overHttp2,
      fetch: overFetch,
      Lambda: overLambda,
    };
    for (const [protocol, ask] of Object.entries(transports)) {
      it(`turn bytes to JSON and back, over ${protocol}`, async () => {
        const decoded = await ask("/serdes/Numbers/decode/double/input", seven);
        assert.deepEqual([decoded.status, decoded.contentType], [200, "application/json"]);
        assert.equal(new TextDecoder().decode(decoded.body), "7");
        const encoded = await ask("/serdes/Numbers/encode/double/input", new TextEncoder().encode("7"));
        assert.deepEqual([encoded.status, encoded.contentType], [200, "application/x-uint32"]);
        assert.deepEqual(encoded.body, seven);
      });

      it(`say what is wrong with a body, over ${protocol}`, async () => {
        const { status, body } = await ask("/serdes/Numbers/decode/double/input", seven.subarray(1));
        assert.equal(status, 422);
        assert.deepEqual(JSON.parse(new TextDecoder().decode(body)), { message: "Not four bytes" });
      });

      it(`refuse bodies above the limit, over ${protocol}`, async () => {
        const large = new Uint8Array(MAX_PREVIEW_BODY_BYTES + 1);
        assert.equal((await ask("/serdes/Numbers/decode/double/input", large)).status, 413);
      });
    }

    it("are 404 where there is none", async () => {
      for (const path of [
        "/serdes/Numbers/decode/double/output",
        "/serdes/Numbers/decode/nothing/input",
        "/serdes/Other/decode/double/input",
      ]) {
        assert.equal((await overHttp1(path, seven)).status, 404, path);
      }
    });
  });
});
