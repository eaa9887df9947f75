// SPDX-License-Identifier: LGPL-2.1-or-later
// A viewer for tests: hls.js in headless Chromium, with a record of what it saw.
import { createRequire } from "node:module";
import { join } from "node:path";

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Plays url; config is hls.js's.  Times in the record are performance.now() in
// ms; a picture is [time, its strip, its latency], an error [time, text].  With
// watchdog it jumps to the live edge when it stands still.  protocols counts the
// answers by protocol.
export async function openViewer(modules, url, profile, config = {}, args = [], watchdog = false) {
  const require = createRequire(join(modules, "package.json"));
  const { chromium } = require("playwright-core");
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.ONAIR_CHROMIUM || "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", ...args,
    ],
  });
  const page = await browser.newPage({ viewport: { width: 800, height: 480 } });
  page.on("pageerror", (error) => console.log("page error:", error.message));
  if (config.debug) page.on("console", (message) => console.log("hls.js:", message.text()));
  await page.setContent('<video id="v" muted playsinline width="768" height="432"></video>');
  await page.addScriptTag({ path: join(modules, "node_modules/hls.js/dist/hls.min.js") });
  const protocols = new Map();
  const network = await page.context().newCDPSession(page);
  network.on("Network.responseReceived", ({ response }) => {
    if (response.url.startsWith("http")) protocols.set(response.protocol, (protocols.get(response.protocol) ?? 0) + 1);
  });
  await network.send("Network.enable");
  await page.evaluate(watch, [url, config, watchdog]);
  return { browser, page, protocols };
}

// Until there is a picture or no hope.
export async function waitForPicture(page) {
  for (let i = 0; i < 600; i++) {
    if (await page.evaluate(() => window.seen.frames.length > 0 || window.seen.fatal.length > 0)) break;
    await sleep(100);
  }
}

// Everything that the viewer's side saw.
export function readRecord(page) {
  return page.evaluate(() => {
    const video = document.getElementById("v");
    return {
      ...window.seen, end: performance.now(), hlsLatency: window.hls.latency, target: window.hls.targetLatency,
      width: video.videoWidth, dropped: video.getVideoPlaybackQuality().droppedVideoFrames,
    };
  });
}

// In the page.
function watch([source, config, watchdog]) {
  const CELLS = 32, MODULO = 1 << 24;
  const video = document.getElementById("v");
  const canvas = new OffscreenCanvas(CELLS * 8, 8);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const seen = {
    loaded: performance.now(), origin: performance.timeOrigin, first: null, frames: [], waiting: [], fatal: [],
    errors: [], unread: 0, levels: [], jumps: [],
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
      if (!last || last[1] !== ms) seen.frames.push([now, ms, latency]);
    }
    video.requestVideoFrameCallback(onFrame);
  }
  video.requestVideoFrameCallback(onFrame);
  video.addEventListener("waiting", () => { if (seen.first !== null) seen.waiting.push(performance.now()); });
  const hls = new Hls({ cmcd: {}, ...config });
  hls.on(Hls.Events.ERROR, (event, data) => {
    (data.fatal ? seen.fatal : seen.errors).push([performance.now(),
      `${data.type}/${data.details} ${data.error ? data.error.message : ""}`]);
  });
  hls.on(Hls.Events.LEVEL_SWITCHED, (event, data) => seen.levels.push(data.level));
  window.hls = hls;

  // hls.js 1.7 does not always find its way over a gap: what the page at / does,
  // see docs/elements/llhlssink.md.
  let position = -1, since = 0;
  if (watchdog) setInterval(() => {
    const now = performance.now(), live = hls.liveSyncPosition;
    if (seen.first === null || video.currentTime !== position) [position, since] = [video.currentTime, now];
    if (now - since < 2000 || live === null || live < position + 1) return;
    since = now;
    seen.jumps.push(now);
    hls.stopLoad();
    video.currentTime = live;
    hls.startLoad(live);
  }, 250);
  hls.loadSource(source);
  hls.attachMedia(video);
  video.play();
}

// The value below which this share of the sorted values lies.
export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export function latencies(frames) {
  return frames.map((frame) => frame[2]).sort((a, b) => a - b);
}

export const ms = (value) => (value === undefined || value === null ? "none" : `${Math.round(value)} ms`);
