import { z } from "zod";
import { queryRequest } from "../../query.js";
import { binary } from "../components.js";
import type { ApiGroup } from "../operation.js";

const rows = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });

export const queryOperations: ApiGroup = {
  tag: "introspection",
  description: "SQL about what the server does",
  paths: {
    "/query": {
      post: {
        operationId: "query",
        summary: "Ask with SQL",
        description:
          "Rows come as JSON when the header `accept` is exactly `application/json`, else as Arrow.",
        body: queryRequest,
        answers: {
          200: {
            description: "The rows. In JSON, columns that are null are left away",
            content: { "application/json": rows, "application/vnd.apache.arrow.stream": binary },
          },
        },
        errors: [501, 503],
      },
    },
  },
};
