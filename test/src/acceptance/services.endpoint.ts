/** Serves the services of test/proto/acceptance on PORT. */
import * as restate from "@pawl/sdk/proto";
import { protoMetadata as exampleMetadata } from "../generated/ts-proto/acceptance/example-service.js";
import { protoMetadata } from "../generated/ts-proto/acceptance/services.js";
import { AccountService, LedgerService } from "./services/account.js";
import { CallerService } from "./services/caller.js";
import { WorkerService } from "./services/worker.js";

await restate
  .createServer()
  .bindService({ descriptor: protoMetadata, service: "Worker", instance: new WorkerService() })
  .bindService({ descriptor: protoMetadata, service: "Caller", instance: new CallerService() })
  .bindService({ descriptor: protoMetadata, service: "Account", instance: new AccountService() })
  .bindService({ descriptor: protoMetadata, service: "Ledger", instance: new LedgerService() })
  .bindService({
    descriptor: exampleMetadata,
    service: "ExampleService",
    instance: { ping: async (request: { text: string }) => request },
  })
  .listen();
