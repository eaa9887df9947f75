// SPDX-License-Identifier: LGPL-2.1-or-later
// browser.mjs MODULES URL PID SECONDS PROFILE: plays URL by hls.js in headless
// Chromium for SECONDS, kills the process PID half-way, and fails unless the
// picture moved all the time without a fatal error or a stall.
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, url, victim, seconds, profile] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const { chromium } = require("playwright-core");
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.ONAIR_CHROMIUM || "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
  ],
});
const page = await browser.newPage({ viewport: { width: 800, height: 480 } });
page.on("pageerror", (error) => console.log("page error:", error.message));
await page.setContent('<video id="v" muted playsinline width="768" height="432"></video>');
await page.addScriptTag({ path: join(modules, "node_modules/hls.js/dist/hls.min.js") });

// Everything that the viewer's side saw; times are performance.now() in ms.
await page.evaluate((source) => {
  const CELLS = 32, MODULO = 1 << 24;
  const video = document.getElementById("v");
  const canvas = new OffscreenCanvas(CELLS * 8, 8);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const seen = {
    loaded: performance.now(), first: null, frames: [], latencies: [], waiting: [], fatal: [], errors: [], unread: 0,
    levels: [],
  };
  window.seen = seen;

  // See tests/examples/clockstrip.h for the strip's form.
  function readStrip() {
    context.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 18, 0, 0, canvas.width, canvas.height);
    const pixels = context.getImageData(0, canvas.height / 2, canvas.width, 1).data;
    const bits = [];
    for (let i = 0; i < CELLS; i++) bits.push(pixels[4 * (8 * i + 4) + 1] > 127 ? 1 : 0);
    const number = (from, to) => bits.slice(from, to).reduce((sum, bit) => sum * 2 + bit, 0);
    const ms = number(2, 26);
    let check = 5;
    for (let i = 0; i < 6; i++) check += (ms >> (4 * i)) & 15;
    if (number(0, 2) !== 2 || number(30, 32) !== 1 || number(26, 30) !== (check & 15)) return null;
    return ms;
  }

  function onFrame(now) {
    if (seen.first === null) seen.first = now;
    const ms = readStrip();
    if (ms === null) {
      seen.unread++;
    } else {
      let latency = (Date.now() - ms) % MODULO;
      if (latency < 0) latency += MODULO;
      const last = seen.frames.at(-1);
      if (!last || last[1] !== ms) seen.frames.push([now, ms]);
      seen.latencies.push(latency);
    }
    video.requestVideoFrameCallback(onFrame);
  }
  video.requestVideoFrameCallback(onFrame);
  video.addEventListener("waiting", () => { if (seen.first !== null) seen.waiting.push(performance.now()); });

  const hls = new Hls({ cmcd: {} });
  hls.on(Hls.Events.ERROR, (event, data) => {
    (data.fatal ? seen.fatal : seen.errors).push(`${data.type}/${data.details} ${data.error ? data.error.message : ""}`);
  });
  hls.on(Hls.Events.LEVEL_SWITCHED, (event, data) => seen.levels.push(data.level));
  window.hls = hls;
  hls.loadSource(source);
  hls.attachMedia(video);
  video.play();
}, url);

// Play first; the clock of the test starts when there is a picture.
for (let i = 0; i < 600; i++) {
  if (await page.evaluate(() => window.seen.frames.length > 0 || window.seen.fatal.length > 0)) break;
  await sleep(100);
}
const half = (Number(seconds) * 1000) / 2;
await sleep(half);
const killedAt = await page.evaluate(() => performance.now());
process.kill(Number(victim), "SIGKILL");
await sleep(half);
const seen = await page.evaluate(() => ({
  ...window.seen, end: performance.now(), hlsLatency: window.hls.latency, target: window.hls.targetLatency,
  width: document.getElementById("v").videoWidth, dropped: document.getElementById("v").getVideoPlaybackQuality().droppedVideoFrames,
}));
await browser.close();

const sorted = [...seen.latencies].sort((a, b) => a - b);
const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
let longest = 0, longestAt = 0, widestStep = 0;
for (let i = 1; i < seen.frames.length; i++) {
  const gap = seen.frames[i][0] - seen.frames[i - 1][0];
  if (gap > longest) [longest, longestAt] = [gap, seen.frames[i][0]];
  widestStep = Math.max(widestStep, Math.abs(seen.frames[i][1] - seen.frames[i - 1][1]));
}
const rest = seen.frames.length ? seen.end - seen.frames.at(-1)[0] : Infinity;
const ms = (value) => (value === undefined || value === null ? "none" : `${Math.round(value)} ms`);

console.log(`start-up time: ${ms(seen.first === null ? null : seen.first - seen.loaded)}`);
console.log(`glass-to-glass latency: median ${ms(at(0.5))}, 95 % ${ms(at(0.95))}, max ${ms(at(1))}`);
console.log(`pictures: ${seen.frames.length} distinct, longest time without a new one ${ms(longest)}` +
  ` (${((longestAt - killedAt) / 1000).toFixed(1)} s after the kill), widest step of the programme ${ms(widestStep)}`);
console.log(`stalls: ${seen.waiting.length}, fatal errors: ${seen.fatal.length}, other errors: ${seen.errors.length},` +
  ` unreadable strips: ${seen.unread}, dropped by the browser: ${seen.dropped}`);
console.log(`hls.js: latency ${seen.hlsLatency?.toFixed(2)} s, target ${seen.target?.toFixed(2)} s, levels ${seen.levels}`);
for (const line of [...seen.fatal, ...new Set(seen.errors)]) console.log(`  ${line}`);

const faults = [];
if (seen.frames.length < 100) faults.push("too few pictures");
if (Math.max(longest, rest) > 1000) faults.push(`the picture stood still for ${ms(Math.max(longest, rest))}`);
if (seen.waiting.length) faults.push(`${seen.waiting.length} stalls at ${seen.waiting.map((t) => ((t - killedAt) / 1000).toFixed(1))} s from the kill`);
if (seen.fatal.length) faults.push("fatal errors");
if (faults.length) {
  console.log(`FAILED: ${faults.join("; ")}`);
  process.exit(1);
}
