/**
 * @pawl/core: the same as @pawl/sdk/core. A package of its own because only packages can stand in for others:
 * `"@restatedev/restate-sdk-core": "npm:@pawl/core"`.
 */
export * from "@pawl/sdk/core";
