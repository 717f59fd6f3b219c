import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import * as esm from "./node.js";

// The CommonJS build is a copy of its own. Named by path, so that no condition of the package's exports leads back here.
const cjs = createRequire(import.meta.url)("../cjs/node.js") as typeof esm;

describe("copies of the package", () => {
  it("are different", () => {
    assert.notEqual(cjs.TerminalError, esm.TerminalError);
  });

  it("recognise each other's errors", () => {
    const error = new cjs.CancelledError();
    assert.ok(error instanceof esm.CancelledError);
    assert.ok(error instanceof esm.TerminalError);
    assert.ok(error instanceof esm.RestateError);
    assert.ok(!(error instanceof esm.TimeoutError));
    assert.ok(!(new Error("none") instanceof esm.RestateError));
    assert.ok(new cjs.RetryableError("later") instanceof esm.RetryableError);
    assert.ok(new cjs.PauseError("stop") instanceof esm.PauseError);
  });

  it("leave subclasses of users what they are", () => {
    class OutOfStock extends esm.TerminalError {}
    assert.ok(new OutOfStock("none left") instanceof OutOfStock);
    assert.ok(new OutOfStock("none left") instanceof cjs.TerminalError);
    assert.ok(!(new esm.TerminalError("other") instanceof OutOfStock));
  });

  it("serve each other's definitions", () => {
    const greeter = cjs.service({
      name: "Greeter",
      handlers: {
        greet: cjs.createServiceHandler(
          { description: "greets" },
          async (_: esm.Context, name: string) => name,
        ),
      },
    });
    assert.doesNotThrow(() => esm.createEndpointHandler({ services: [greeter] }));
  });
});
