import type { Facts } from "../machine/facts.js";
import type { Options } from "../options.js";

/** What every report begins with. @param command how it was run */
export function formatHead(title: string, facts: Facts, command: string): string {
  const list = (pairs: readonly (readonly [string, string])[]): string =>
    pairs.map(([name, value]) => `- ${name}: ${value}`).join("\n");
  return `# ${title}

Written by \`npm run bench\`; this run was

\`\`\`shell
${command}
\`\`\`

${facts.warning === "" ? "" : `**${facts.warning}**\n\n`}## Machine

${list(facts.machine)}

## Versions

${list(facts.versions)}`;
}

/** A line of its own, for settings other than the usual ones. */
export function formatSettings({ env }: Options): string {
  const settings = Object.entries(env).map(([name, value]) => `\`${name}=${value}\``);
  return settings.length === 0 ? "" : `\n- Settings for this run: ${settings.join(", ")}.`;
}
