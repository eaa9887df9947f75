// SPDX-License-Identifier: LGPL-2.1-or-later
// page-restart.mjs MODULES URL SECONDS MARKS FAULTS: llhlssink's page in headless
// Chromium for SECONDS, during which others hurt the stream and write lines of
// "UNIX_MS WHAT" to MARKS.  Nobody touches the page.  Fails unless it plays at the
// live edge in the last 3 s before each next mark, and unless FAULTS is yes at any
// fatal error of hls.js.
import { createRequire } from "node:module";
import { join } from "node:path";
import { readFileSync } from "node:fs";

const [modules, url, seconds, marksFile, faultsAllowed] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const { chromium } = require("playwright-core");
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const TICK = 250, TAIL = 3000, MAX_LATENCY = 9;

const browser = await chromium.launch({
  executablePath: process.env.ONAIR_CHROMIUM || "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
const faults = [];
const expect = (good, what) => { if (!good) faults.push(what); };
let loads = 0;
page.on("pageerror", (error) => faults.push(`page error: ${error.message}`));
page.on("load", () => loads++);
await page.goto(url);
await page.waitForFunction(() => window.onair.started, null, { timeout: 60000 });
console.log(`playing ${Date.now()}`);

const ticks = [];
for (const end = Date.now() + Number(seconds) * 1000; Date.now() < end; await sleep(TICK)) {
  ticks.push(await page.evaluate(() => ({
    at: Date.now(), position: document.getElementById("video").currentTime, latency: window.onair.latency,
    frames: document.getElementById("video").getVideoPlaybackQuality().totalVideoFrames,
    fatal: window.onair.fatal, jumps: window.onair.jumps ?? 0, lamp: document.getElementById("lamp").textContent,
    fault: document.getElementById("fault").hidden ? "" : document.getElementById("fault-what").textContent,
    veil: document.getElementById("veil").hidden ? "" : document.getElementById("veil").textContent,
  })));
}
await browser.close();

const marks = readFileSync(marksFile, "utf8").trim().split("\n").map((line) => {
  const [at, ...what] = line.split(" ");
  return { at: Number(at), what: what.join(" ") };
});
marks.forEach((mark, i) => {
  const to = marks[i + 1]?.at ?? ticks.at(-1).at;
  const mine = ticks.filter(({ at }) => at >= mark.at && at < to);
  const tail = mine.filter(({ at }) => at >= to - TAIL);
  const [first, last] = [mine[0], mine.at(-1)];
  const moved = last.position - tail[0].position, shown = last.frames - tail[0].frames;
  console.log(`${mark.what}: ${last.fatal - first.fatal} fatal errors, ${last.jumps - first.jumps} jumps, at its end` +
    ` ${last.latency?.toFixed(1)} s behind live; ${moved.toFixed(1)} s and ${shown} frames in its last ${(to - tail[0].at) / 1000} s`);
  let said = "";
  for (const { at, lamp, fault, veil } of mine) {
    const words = [lamp, fault, veil].filter((text) => text).join(", ");
    if (words !== said) console.log(`    ${((at - mark.at) / 1000).toFixed(1)} s: ${words}`);
    said = words;
  }
  expect(moved > 1.5 && shown > 30, `${mark.what}: it stands still`);
  expect(last.latency < MAX_LATENCY, `${mark.what}: ${last.latency} s behind live`);
  expect(last.lamp === "LIVE" && last.fault === "", `${mark.what}: it says ${last.lamp}, ${last.fault}`);
  expect(faultsAllowed === "yes" || last.fatal === first.fatal, `${mark.what}: hls.js gave up`);
});
expect(loads === 1, `the page was loaded ${loads} times`);
if (faults.length) {
  console.log(`FAILED: ${faults.join("; ")}`);
  process.exit(1);
}
