// SPDX-License-Identifier: LGPL-2.1-or-later
// page.mjs MODULES URL ENGINE: opens llhlssink's page in headless Chromium and
// fails unless it plays by ENGINE ("hls.js" or "native HLS"), shows its figures,
// fits into any width, reads well in both themes and asks nobody else for
// anything.  With a token in URL all that it asks for must have it.
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, url, engine] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const { chromium } = require("playwright-core");
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const faults = [];
const expect = (good, what) => { if (!good) faults.push(what); };

const browser = await chromium.launch({
  executablePath: process.env.ONAIR_CHROMIUM || "/usr/bin/chromium",
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
const asked = [];
page.on("pageerror", (error) => faults.push(`page error: ${error.message}`));
page.on("request", (request) => asked.push(request.url()));
await page.goto(url);

const text = (id) => page.locator(`#${id}`).innerText();
for (let i = 0; i < 300; i++) {
  if (await page.evaluate(() => window.onair.started && document.getElementById("video").currentTime > 8)) break;
  await sleep(100);
}
await sleep(1000);
const state = await page.evaluate(() => ({ ...window.onair, hls: undefined }));
console.log(`${engine}: start-up ${state.startupMs} ms, behind live ${state.latency} s, buffer ${state.buffer} s, stalls ${state.stalls}`);
expect(state.started, "no picture");
expect((await text("how")).startsWith(engine), `it plays by ${await text("how")}`);
expect((await text("lamp")) === "LIVE", `the lamp says ${await text("lamp")}`);
expect(await page.locator("#fault").isHidden(), `it complains: ${await page.locator("#fault").textContent()}`);
expect(state.latency > 0.3 && state.latency < 30, `${state.latency} s behind live`);
expect(state.buffer > 0, "nothing in the buffer");
expect(state.partTarget > 0.1, `part target ${state.partTarget}`);
expect(/^[0-9]/.test(await text("picture")), "no size of the picture");
const root = new URL("/", url).href;
const outside = asked.filter((u) => /^https?:/.test(u) && !u.startsWith(root));
expect(outside.length === 0, `asked elsewhere: ${outside.slice(0, 3)}`);

const token = new URL(url).searchParams.get("token");
if (token) {
  const own = asked.filter((u) => u.startsWith(root) && !u.endsWith("/favicon.ico")).map((u) => new URL(u));
  const bare = own.filter((u) => u.searchParams.get("token") !== token);
  expect(bare.length === 0, `asked without the token: ${bare.slice(0, 3)}`);
  expect(own.some((u) => u.searchParams.has("_HLS_part")), "no blocking reload");
  expect(own.some((u) => u.searchParams.has("_HLS_skip")), "no delta update");
  expect(own.some((u) => u.pathname === "/cmcd"), "no report of events");
  expect(own.filter((u) => /\.m4s$/.test(u.pathname)).length > 10, "hardly any media");
}

// The plot has lines in it.
expect(await page.evaluate(() => {
  const canvas = document.getElementById("plot");
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const colours = new Set();
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 250) colours.add(data.slice(i, i + 3).join());
  return colours.size > 3;
}), "the plot is empty");

// WCAG 2, 1.4.3 and 1.4.10.
const contrasts = () => page.evaluate(() => {
  const style = getComputedStyle(document.documentElement);
  const light = (name) => style.getPropertyValue(name).trim().replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3").match(/[0-9a-f]{2}/gi)
    .map((hex) => parseInt(hex, 16) / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  return [["--ink", "--page"], ["--dim", "--page"], ["--dim", "--panel"], ["--warn", "--panel"], ["--bad", "--panel"], ["--ink", "--fault"]]
    .map(([a, b]) => [a, b, (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)]);
});
for (const colorScheme of ["dark", "light"]) {
  await page.emulateMedia({ colorScheme });
  for (const [a, b, ratio] of await contrasts()) expect(ratio >= 4.5, `${colorScheme}: ${a} on ${b} is ${ratio.toFixed(2)}`);
}
for (const width of [360, 640, 1020]) {
  await page.setViewportSize({ width, height: 740 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `too wide for ${width} px`);
}

await page.locator("body").press("m");
expect(await page.evaluate(() => !document.getElementById("video").muted), "M does not turn sound on");
await page.close({ runBeforeUnload: false });
await browser.close();
if (faults.length) {
  console.log(`FAILED: ${faults.join("; ")}`);
  process.exit(1);
}
