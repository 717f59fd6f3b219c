import type { Greeter, Request, Response } from "./generated/org/example/greeter.js";

/** Implements the service that proto/org/example/greeter.proto describes: `{"name": "Pete"}` to `{"greeting": "Hello Pete"}`. */
export class GreeterService implements Greeter {
  async greet(request: Request): Promise<Response> {
    return { greeting: `Hello ${request.name}` };
  }
}
