import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Introspection, QueryError, type QueryErrorKind } from "../store/introspection/introspection.js";
import { AdminFixture } from "./admin.test.kit.js";

/** Answers with what it was asked, or with an error. */
function answering(error?: QueryError): Introspection {
  return {
    query: async (sql, format) => {
      if (error !== undefined) throw error;
      return [...`${format}: ${sql}`].map((character) => new Uint8Array(Buffer.from(character)));
    },
    close: async () => {},
  };
}

describe("POST /query", () => {
  test("answers in JSON when exactly JSON is asked for, else in Arrow", async () => {
    const admin = new AdminFixture(answering());
    for (const [accept, format, type] of [
      ["application/json", "json", "application/json"],
      ["*/*", "arrow", "application/vnd.apache.arrow.stream"],
      ["application/json, */*", "arrow", "application/vnd.apache.arrow.stream"],
    ] as const) {
      const { port } = await admin.address;
      const response = await fetch(`http://127.0.0.1:${port}/v4/query`, {
        method: "POST",
        headers: { accept, "content-type": "application/json" },
        body: '{"query":"SELECT 1"}',
      });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), type);
      assert.equal(await response.text(), `${format}: SELECT 1`);
    }
  });

  const statuses: readonly (readonly [QueryErrorKind, number])[] = [
    ["invalid", 400],
    ["too-large", 400],
    ["busy", 429],
    ["aborted", 503],
    ["timeout", 500],
    ["failed", 500],
  ];
  for (const [kind, status] of statuses) {
    test(`${kind}: ${status}`, async () => {
      const admin = new AdminFixture(answering(new QueryError(kind, "this is why")));
      const answer = await admin.request("POST", "/query", { query: "SELECT 1" });
      assert.equal(answer.status, status);
      assert.deepEqual(answer.body, { message: "this is why", restate_code: null });
      assert.equal(answer.headers.get("retry-after"), kind === "busy" ? "1" : null);
    });
  }

  test("takes a body with a query only", async () => {
    const admin = new AdminFixture(answering());
    assert.match(await admin.refusal("POST", "/query", { sql: "SELECT 1" }), /^400 null .*'query'/);
    assert.equal((await admin.request("GET", "/query")).status, 405);
  });

  test("a server without a store that SQL reaches says so", async () => {
    assert.match(
      await new AdminFixture().refusal("POST", "/query", { query: "SELECT 1" }),
      /^501 null .*in memory/,
    );
  });
});
