// SPDX-License-Identifier: LGPL-2.1-or-later
// browser.mjs MODULES URL PID SECONDS PROFILE: plays URL by hls.js in headless
// Chromium for SECONDS, kills the process PID half-way, and fails unless the
// picture moved all the time without a fatal error or a stall.
import { latencies, ms, openViewer, quantile, readRecord, sleep, waitForPicture } from "./viewer.mjs";

const [modules, url, victim, seconds, profile] = process.argv.slice(2);
const { browser, page } = await openViewer(modules, url, profile);

// The clock of the test starts when there is a picture.
await waitForPicture(page);
const half = (Number(seconds) * 1000) / 2;
await sleep(half);
const killedAt = await page.evaluate(() => performance.now());
process.kill(Number(victim), "SIGKILL");
await sleep(half);
const seen = await readRecord(page);
await browser.close();

const sorted = latencies(seen.frames);
const at = (share) => quantile(sorted, share);
let longest = 0, longestAt = 0, widestStep = 0;
for (let i = 1; i < seen.frames.length; i++) {
  const gap = seen.frames[i][0] - seen.frames[i - 1][0];
  if (gap > longest) [longest, longestAt] = [gap, seen.frames[i][0]];
  widestStep = Math.max(widestStep, Math.abs(seen.frames[i][1] - seen.frames[i - 1][1]));
}
const rest = seen.frames.length ? seen.end - seen.frames.at(-1)[0] : Infinity;

console.log(`start-up time: ${ms(seen.first === null ? null : seen.first - seen.loaded)}`);
console.log(`glass-to-glass latency: median ${ms(at(0.5))}, 95 % ${ms(at(0.95))}, max ${ms(at(1))}`);
console.log(`pictures: ${seen.frames.length} distinct, longest time without a new one ${ms(longest)}` +
  ` (${((longestAt - killedAt) / 1000).toFixed(1)} s after the kill), widest step of the programme ${ms(widestStep)}`);
console.log(`stalls: ${seen.waiting.length}, fatal errors: ${seen.fatal.length}, other errors: ${seen.errors.length},` +
  ` unreadable strips: ${seen.unread}, dropped by the browser: ${seen.dropped}`);
console.log(`hls.js: latency ${seen.hlsLatency?.toFixed(2)} s, target ${seen.target?.toFixed(2)} s, levels ${seen.levels}`);
for (const line of new Set([...seen.fatal, ...seen.errors].map((error) => error[1]))) console.log(`  ${line}`);

const faults = [];
if (seen.frames.length < 100) faults.push("too few pictures");
if (Math.max(longest, rest) > 1000) faults.push(`the picture stood still for ${ms(Math.max(longest, rest))}`);
if (seen.waiting.length) faults.push(`${seen.waiting.length} stalls at ${seen.waiting.map((t) => ((t - killedAt) / 1000).toFixed(1))} s from the kill`);
if (seen.fatal.length) faults.push("fatal errors");
if (faults.length) {
  console.log(`FAILED: ${faults.join("; ")}`);
  process.exit(1);
}
