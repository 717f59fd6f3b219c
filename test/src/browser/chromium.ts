/** A headless Chromium that is installed on the machine. */
import { existsSync } from "node:fs";
import { type BrowserContext, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Undefined: there is none. TEST_CHROMIUM names another one. */
export function findChromium(): string | undefined {
  return [process.env.TEST_CHROMIUM ?? "", ...PLACES].find((path) => path !== "" && existsSync(path));
}

/** @param profile an empty directory */
export async function launch(executablePath: string, profile: string): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    // Root has no sandbox; and nothing is asked of the network but what the test asks.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
