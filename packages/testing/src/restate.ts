import { type TestEnvironmentOptions as Options, TestEnvironment } from "./environment.js";

/** Options of the official `RestateTestEnvironment`. Those about containers have no effect here, for there are none. */
export interface RestateTestEnvironmentOptions extends Options {
  readonly container?: () => unknown;
  readonly serviceEndpointAccess?: "testcontainers" | "docker-host";
  readonly storage?: "disk" | "memory";
}

/**
 * A `TestEnvironment` by the names of @restatedev/restate-sdk-testcontainers, so that tests which were written for that run
 * here: without Docker, in the system's time unless told otherwise.
 */
export class RestateTestEnvironment extends TestEnvironment {
  static override async start(
    options: RestateTestEnvironmentOptions,
    _container?: () => unknown,
  ): Promise<RestateTestEnvironment> {
    const { container: _, serviceEndpointAccess: __, storage: ___, ...rest } = options;
    const environment = new RestateTestEnvironment(
      { time: "real", ...rest },
      await options.journalValueCodecProvider?.(),
    );
    await environment.restart();
    return environment;
  }
}
