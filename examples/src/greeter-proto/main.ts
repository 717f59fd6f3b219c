/** Serves the protobuf services of proto/org/example, on the port PORT or 9080. */
import * as restate from "@pawl/sdk/proto";
import { protoMetadata as greeterMetadata } from "./generated/org/example/greeter.js";
import { protoMetadata as tourMetadata } from "./generated/org/example/tour.js";
import { GreeterService } from "./greeter.js";
import { GuestbookService } from "./guestbook.js";
import { TourService } from "./tour.js";

await restate
  .createServer()
  .bindService({ descriptor: greeterMetadata, service: "Greeter", instance: new GreeterService() })
  .bindService({ descriptor: tourMetadata, service: "Tour", instance: new TourService() })
  .bindService({ descriptor: tourMetadata, service: "Guestbook", instance: new GuestbookService() })
  .listen();
