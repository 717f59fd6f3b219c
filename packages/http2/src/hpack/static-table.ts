/** Names and values of the fields 1 to 61. Source: RFC 7541, appendix A. */
const ENTRIES =
  ":authority|:method:GET|:method:POST|:path:/|:path:/index.html|:scheme:http|:scheme:https|:status:200|:status:204|" +
  ":status:206|:status:304|:status:400|:status:404|:status:500|accept-charset|accept-encoding:gzip, deflate|" +
  "accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control|" +
  "content-disposition|content-encoding|content-language|content-length|content-location|content-range|content-type|" +
  "cookie|date|etag|expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|" +
  "last-modified|link|location|max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|" +
  "server|set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate";

/** Position 0 is not used: indices begin with 1. */
export const STATIC_NAMES: string[] = [""];
export const STATIC_VALUES: string[] = [""];

for (const entry of ENTRIES.split("|")) {
  const colon = entry.indexOf(":", 1);
  STATIC_NAMES.push(colon < 0 ? entry : entry.slice(0, colon));
  STATIC_VALUES.push(colon < 0 ? "" : entry.slice(colon + 1));
}

export const STATIC_COUNT = STATIC_NAMES.length - 1;
