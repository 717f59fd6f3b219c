/** Versions of the admin API. Paths without prefix behave like the newest. Source: Restate 1.7 as observed, docs/compatibility.md */
export const API_VERSIONS = [2, 3, 4] as const;
export type ApiVersion = (typeof API_VERSIONS)[number];

export const MIN_API_VERSION: ApiVersion = 2;
export const MAX_API_VERSION: ApiVersion = 4;
