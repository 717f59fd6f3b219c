import { Hono } from "hono";
import type { Runtime } from "../node/runtime.js";
import type { Discover } from "../registry/discovered.js";
import { Registrar } from "../registry/registrar.js";
import type { ConvertPreview } from "../registry/serde-previews.js";
import type { Introspection } from "../store/introspection/introspection.js";
import type { BackupStore } from "../store/sqlite/backup.js";
import type { Logger } from "../telemetry/logger.js";
import { API_VERSIONS, type ApiVersion, MAX_API_VERSION, MIN_API_VERSION } from "./api-version.js";
import { addBackup } from "./backup.js";
import { addDeployments } from "./deployments.js";
import { AdminError, answerError, type ErrorLog } from "./errors.js";
import { addInvocations } from "./invocations.js";
import { addMetrics } from "./metrics.js";
import { addMissing } from "./not-yet.js";
import { addOpenApi } from "./openapi/routes.js";
import { addQuery } from "./query.js";
import { addSerdes } from "./serdes.js";
import { addServerInfo, type ServerInfo } from "./server-info.js";
import { addServices } from "./services.js";
import { addState } from "./state.js";

/** More at a time are refused with 429. */
const MAX_CONCURRENT_REQUESTS = 1000;

export interface AdminAppOptions extends ServerInfo {
  readonly runtime: Runtime;
  readonly discover: Discover;
  readonly convertPreview: ConvertPreview;
  /** null: the store has none. */
  readonly introspection: Introspection | null;
  readonly log: ErrorLog;
  /** What `POST /backup` copies; null: a store that has ways of its own. */
  readonly backups: Pick<BackupStore, "backup"> | null;
  /** What is registered and removed, for the log. Default: nothing is said. */
  readonly events?: Logger;
  /** The metrics as text. Default: there are none. */
  readonly expose?: () => string;
}

/** The admin API, without a socket. */
export function createAdminApp(options: AdminAppOptions): Hono {
  const app = new Hono();
  app.onError((error, c) => answerError(c, error, options.log));
  app.notFound((c) => c.body(null, 404));

  let underWay = 0;
  app.use(async (_, next) => {
    if (underWay >= MAX_CONCURRENT_REQUESTS) {
      throw new AdminError(
        429,
        `more than ${MAX_CONCURRENT_REQUESTS} requests are under way: try again later`,
      );
    }
    underWay++;
    try {
      await next();
    } finally {
      underWay--;
    }
  });

  const registrar = new Registrar(options.runtime, options.discover, Date.now, options.events);
  addMetrics(app, options.expose);
  app.all("/v1/*", (c) =>
    c.text(`There is no version 1 of the admin API here: use ${MIN_API_VERSION} to ${MAX_API_VERSION}.`, 400),
  );
  for (const version of API_VERSIONS) app.route(`/v${version}`, routes(options, registrar, version));
  app.route("/", routes(options, registrar, MAX_API_VERSION));
  return app;
}

function routes(options: AdminAppOptions, registrar: Registrar, version: ApiVersion): Hono {
  const app = new Hono();
  const { runtime } = options;
  addServerInfo(app, options);
  addOpenApi(app, runtime.registry, options.ingressEndpoint);
  addDeployments(app, "deployments", version, runtime.registry, registrar);
  addDeployments(app, "endpoints", version, runtime.registry, registrar);
  addServices(app, runtime.registry, registrar);
  addSerdes(app, runtime.registry, options.convertPreview);
  addState(app, runtime);
  addInvocations(app, runtime);
  addBackup(app, options.backups);
  addQuery(app, options.introspection);
  addMissing(app);
  return app;
}
