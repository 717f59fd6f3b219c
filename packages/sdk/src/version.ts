/** How this SDK names itself to the server: `<name>/<version>`, with the version of package.json. */
export const SDK_SERVER_HEADER = "pawl-sdk-typescript/0.1.0";
