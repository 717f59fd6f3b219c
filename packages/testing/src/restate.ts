import { type EnvironmentOptions, TestEnvironment } from "./environment.js";
import { RestateContainer } from "./restate-container.js";

/** Only how containers would reach each other: without effect, for there are none. */
export type ServiceEndpointAccess = "testcontainers" | "docker-host";

/** Where a container would keep its data: without effect, it is memory unless `store` says otherwise. */
export type TestEnvironmentStorage = "disk" | "memory";

/** Options of the official `RestateTestEnvironment`, beside our own. */
export interface TestEnvironmentOptions extends EnvironmentOptions {
  /** Makes what carries settings of the server. */
  readonly container?: () => RestateContainer;
  readonly serviceEndpointAccess?: ServiceEndpointAccess;
  readonly storage?: TestEnvironmentStorage;
}

/**
 * A `TestEnvironment` by the names of @restatedev/restate-sdk-testcontainers, so that tests which were written for that run
 * here: without Docker, in the system's time unless told otherwise.
 */
export class RestateTestEnvironment extends TestEnvironment {
  /** @param container as the option of that name, which it goes before */
  static override async start(
    options: TestEnvironmentOptions,
    container: () => RestateContainer = options.container ?? (() => new RestateContainer()),
  ): Promise<RestateTestEnvironment> {
    const { container: _, serviceEndpointAccess: __, storage: ___, settings, ...rest } = options;
    const environment = new RestateTestEnvironment(
      { time: "real", ...rest, settings: { ...container().settings, ...settings } },
      await options.journalValueCodecProvider?.(),
    );
    await environment.restart();
    return environment;
  }
}
