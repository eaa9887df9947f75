// SPDX-License-Identifier: LGPL-2.1-or-later
// native.mjs MODULES URL SECONDS: the browser's own HLS player (no hls.js) plays
// live.m3u8 below URL for SECONDS; fails unless the picture moves all the time.
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, url, seconds] = process.argv.slice(2);
const { chromium } = createRequire(join(modules, "package.json"))("playwright-core");
const browser = await chromium.launch({
  executablePath: process.env.ONAIR_CHROMIUM || "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
  ],
});
const page = await browser.newPage();
await page.goto(url);
const seen = await page.evaluate(async ({ url, seconds }) => {
  document.body.innerHTML = '<video id="v" muted playsinline width="320" height="180"></video>';
  const video = document.getElementById("v"), seen = { waiting: 0, errors: [], times: [] };
  const started = new Promise((resolve) => video.addEventListener("timeupdate", () => video.currentTime > 0.5 && resolve()));
  video.addEventListener("error", () => seen.errors.push(video.error.message));
  video.src = new URL("live.m3u8", url).href;
  seen.can = video.canPlayType("application/vnd.apple.mpegurl");
  await video.play().catch((error) => seen.errors.push(String(error)));
  await Promise.race([started, new Promise((resolve) => setTimeout(resolve, 30000))]);
  video.addEventListener("waiting", () => seen.waiting++);
  for (let i = 0; i <= seconds; i++) {
    seen.times.push(video.currentTime);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  seen.frames = video.getVideoPlaybackQuality().totalVideoFrames;
  return seen;
}, { url, seconds: Number(seconds) });
await browser.close();

if (!seen.can) {
  console.log("this Chromium has no HLS player of its own, left out");
  process.exit(0);
}
const played = seen.times.at(-1) - seen.times[0];
console.log(`Chromium's own player: ${played.toFixed(1)} s of media in ${seconds} s, ${seen.frames} pictures, ${seen.waiting} stalls`);
for (const error of seen.errors) console.log(`  ${error}`);
if (seen.errors.length || played < Number(seconds) * 0.8 || seen.frames < 10 * Number(seconds)) process.exit(1);
