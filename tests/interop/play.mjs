// SPDX-License-Identifier: LGPL-2.1-or-later
// play.mjs MODULES URL PROFILE SECONDS [NAME=VALUE ...]: plays URL by hls.js in
// headless Chromium for SECONDS, tells what the viewer saw, and fails at a fatal
// error or beyond these limits:
//   config=JSON     hls.js's configuration
//   watchdog=yes    jumps to the live edge when it stands still
//   protocol=h2     all answers come over it
//   median=MS       most latency from camera to glass, median of all pictures
//   stalls=N        most stalls
//   freeze=MS       longest time without a new picture
//   marks=FILE      lines of "UNIX_MS WHAT", written meanwhile; reports each
//   recover=MS      most latency, median of the last 3 s before the next mark
import { readFileSync } from "node:fs";
import { latencies, ms, openViewer, quantile, readRecord, sleep, waitForPicture } from "./viewer.mjs";

const [modules, url, profile, seconds, ...rest] = process.argv.slice(2);
const options = new Map(rest.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]));
const limit = (name) => (options.has(name) ? Number(options.get(name)) : Infinity);
const TAIL = 3000;

const { browser, page, protocols } = await openViewer(modules, url, profile, JSON.parse(options.get("config") ?? "{}"),
  url.startsWith("https:") ? ["--ignore-certificate-errors"] : [], options.get("watchdog") === "yes");
await waitForPicture(page);
console.log(`playing ${Date.now()}`);
await sleep(Number(seconds) * 1000);
const seen = await readRecord(page);
await browser.close();

const faults = [];
const expect = (good, what) => { if (!good) faults.push(what); };
const within = (times, from, to) => times.filter((time) => time >= from && time < to);

// The longest time without a new picture that began in [from, to).
function freezeIn(from, to) {
  let longest = 0;
  const times = [...seen.frames.map((frame) => frame[0]), seen.end];
  for (let i = 1; i < times.length; i++) {
    if (times[i] >= from && times[i - 1] < to) longest = Math.max(longest, times[i] - times[i - 1]);
  }
  return longest;
}

function tellErrors(from, to) {
  const counts = new Map();
  for (const [kind, list] of [["FATAL ", seen.fatal], ["", seen.errors]]) {
    for (const [time, text] of list) {
      if (time >= from && time < to) counts.set(kind + text, (counts.get(kind + text) ?? 0) + 1);
    }
  }
  for (const [text, count] of counts) console.log(`    ${count} x ${text}`);
}

const sorted = latencies(seen.frames);
const freeze = freezeIn(-Infinity, Infinity);
console.log(`start-up ${ms(seen.first === null ? null : seen.first - seen.loaded)}; latency from camera to glass:` +
  ` median ${ms(quantile(sorted, 0.5))}, 95 % ${ms(quantile(sorted, 0.95))}, max ${ms(sorted.at(-1))}`);
console.log(`pictures: ${seen.frames.length} distinct, longest time without a new one ${ms(freeze)},` +
  ` dropped by the browser: ${seen.dropped}, unreadable strips: ${seen.unread}`);
console.log(`stalls: ${seen.waiting.length}, fatal errors: ${seen.fatal.length}, other errors: ${seen.errors.length};` +
  ` hls.js: latency ${seen.hlsLatency?.toFixed(2)} s, target ${seen.target?.toFixed(2)} s, levels ${seen.levels}`);
console.log(`answers: ${[...protocols].map(([name, count]) => `${count} over ${name}`).join(", ")}`);

if (options.has("marks")) {
  const marks = readFileSync(options.get("marks"), "utf8").trim().split("\n").map((line) => {
    const [time, ...words] = line.split(" ");
    return { at: Number(time) - seen.origin, what: words.join(" ") };
  });
  marks.forEach((mark, i) => {
    const to = marks[i + 1]?.at ?? seen.end;
    const tail = latencies(seen.frames.filter(([time]) => time >= to - TAIL && time < to));
    const stalls = within(seen.waiting, mark.at, to).length;
    console.log(`  ${((mark.at - seen.first) / 1000).toFixed(1)} s ${mark.what}: ${stalls} stalls,` +
      ` ${within(seen.jumps, mark.at, to).length} jumps of the watchdog, longest time without a new` +
      ` picture ${ms(freezeIn(mark.at, to))}, latency at its end ${ms(quantile(tail, 0.5))}`);
    tellErrors(mark.at, to);
    expect(tail.length >= TAIL / 100, `${mark.what}: only ${tail.length} pictures in the last 3 s`);
    expect(!(quantile(tail, 0.5) > limit("recover")), `${mark.what}: the live edge was not reached again`);
  });
} else {
  tellErrors(-Infinity, Infinity);
}

expect(seen.frames.length >= 100, "too few pictures");
expect(seen.fatal.length === 0, "fatal errors");
expect(quantile(sorted, 0.5) <= limit("median"), `the median latency is ${ms(quantile(sorted, 0.5))}`);
expect(seen.waiting.length <= limit("stalls"), `${seen.waiting.length} stalls`);
expect(freeze <= limit("freeze"), `the picture stood still for ${ms(freeze)}`);
if (options.has("protocol")) {
  expect(protocols.size === 1 && protocols.has(options.get("protocol")), `answers over ${[...protocols.keys()]}`);
}
if (faults.length) {
  console.log(`FAILED: ${faults.join("; ")}`);
  process.exit(1);
}
