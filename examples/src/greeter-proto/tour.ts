import * as restate from "@pawl/sdk/proto";
import type { Empty } from "./generated/google/protobuf/empty.js";
import { GreeterClientImpl, Request, type Response } from "./generated/org/example/greeter.js";
import type { Tour } from "./generated/org/example/tour.js";

/** Calls the Greeter with the client that ts-proto generated, in the three ways that there are. */
export class TourService implements Tour {
  async requestResponse(request: Request): Promise<Response> {
    const restateContext = restate.useContext(this);
    const client = new GreeterClientImpl(restateContext);
    const greeting = await client.greet(Request.create({ name: request.name }));
    return greeting;
  }

  async oneWay(request: Request): Promise<Empty> {
    const restateContext = restate.useContext(this);
    const client = new GreeterClientImpl(restateContext);
    await restateContext.oneWayCall(() => client.greet(Request.create({ name: request.name })));
    return {};
  }

  async delayed(request: Request): Promise<Empty> {
    const restateContext = restate.useContext(this);
    const client = new GreeterClientImpl(restateContext);
    await restateContext.delayedCall(() => client.greet(Request.create({ name: request.name })), 5000);
    return {};
  }
}
