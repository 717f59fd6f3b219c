import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Context } from "./context/context.js";
import { service } from "./definitions/service.js";
import { TerminalError } from "./errors.js";
import { ErrorCodes, grpcCodeOf, httpStatusOf, isGrpcErrorCode } from "./grpc-status.js";
import { toFailure, toTerminalError } from "./runtime/decode.js";
import { runToEnd } from "./runtime/server.test.kit.js";

const codes = Object.values(ErrorCodes).filter(isGrpcErrorCode);

describe("codes of gRPC", () => {
  it("travel in the metadata, with the closest HTTP status as the code", () => {
    const failure = toFailure(new TerminalError("none", { errorCode: ErrorCodes.NOT_FOUND }));
    assert.deepEqual(failure, {
      code: 404,
      message: "none",
      metadata: [{ key: "grpc-status", value: "5" }],
    });
  });

  it("are the same where they are caught", () => {
    for (const errorCode of codes) {
      const caught = toTerminalError(toFailure(new TerminalError("e", { errorCode, metadata: { a: "b" } })));
      assert.deepEqual([caught.code, caught.metadata], [errorCode, { a: "b" }]);
      const plain = toTerminalError(toFailure(new TerminalError("e", { errorCode })));
      assert.deepEqual([plain.code, plain.metadata], [errorCode, {}]);
    }
  });

  it("are known of errors that have an HTTP status only", () => {
    for (const code of codes) assert.ok(httpStatusOf(code) >= 400, String(code));
    assert.deepEqual([404, 500, 409, 418, 5].map(grpcCodeOf), [5, 13, 10, 2, 5]);
  });

  it("leave HTTP statuses alone", () => {
    assert.deepEqual(toFailure(new TerminalError("e", { errorCode: 404 })), { code: 404, message: "e" });
  });

  it("cost nothing but precision in V5, which has no metadata", async () => {
    const failing = service({
      name: "S",
      handlers: {
        go: async (_: Context) => {
          throw new TerminalError("none", { errorCode: ErrorCodes.NOT_FOUND });
        },
      },
    });
    const { outcome } = await runToEnd(failing, "go", { version: 5 });
    assert.deepEqual(outcome, { kind: "completed", output: "404 none" });
  });
});
