import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Endpoint } from "../endpoint/endpoint.js";
import { service } from "./service.js";

const error = (message: RegExp) => ({ name: "TypeError", message });

describe("a program without types", () => {
  const handlers = { h: async () => 1 };

  it("is told of a definition that misses something where it is written", () => {
    assert.throws(() => service({ handlers } as never), error(/^'undefined' is not a valid service name/));
    assert.throws(() => service({ name: "A" } as never), error(/^'A' has no handlers/));
    assert.throws(() => service({ name: "A", handlers: { h: 5 } } as never), error(/^Handler A\/h is not a/));
  });

  it("is told of services that are none", () => {
    assert.throws(() => new Endpoint({} as never), error(/^There are no services to serve/));
    assert.throws(
      () => new Endpoint({ services: [undefined] } as never),
      error(/^One of the services is undefined: modules that import each other/),
    );
  });

  it("is told of an option that is no duration, by its name", () => {
    const slow = service({ name: "A", handlers, options: { inactivityTimeout: "5m" as never } });
    assert.throws(
      () => new Endpoint({ services: [slow] }),
      error(/^The option inactivityTimeout is a number/),
    );
  });
});
