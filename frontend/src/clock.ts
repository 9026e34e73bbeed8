/**
 * The countdown: the server's clock, shown here.
 *
 * Between two answers of the server it runs on the browser's monotonic clock, so a
 * wrong or changed time of day on this device does not matter.
 */

import { preference, setPreference } from "./device";
import { byId, fill, type Words } from "./page_data";
import type { ClockFacts } from "./server";

const SPOKEN_MINUTES = [10, 5, 1];
const WORTH_CORRECTING_MS = 700;

export class Clock {
  private end: number;
  private lastSeconds = Number.POSITIVE_INFINITY;
  private isOver = false;
  private readonly time = byId("countdown-time");
  private readonly spoken = byId("countdown-spoken");

  constructor(
    facts: ClockFacts,
    private readonly words: Words,
    private readonly onOver: () => void = () => undefined,
    private readonly onMoreTime: () => void = () => undefined,
  ) {
    this.end = performance.now() + facts.remaining_seconds * 1000;
    this.offerHiding();
    this.tick();
    setInterval(() => this.tick(), 500);
  }

  get over(): boolean {
    return this.isOver;
  }

  /** Take the server's word; `wait` is how long its answer took, in milliseconds. */
  sync(facts: ClockFacts, wait = 0): void {
    const end = performance.now() + facts.remaining_seconds * 1000 - wait / 2;
    if (Math.abs(end - this.end) > WORTH_CORRECTING_MS) this.end = end;
    if (this.isOver && facts.state === "started" && facts.remaining_seconds > 2) {
      this.isOver = false;
      this.onMoreTime();
    }
    this.tick();
  }

  private tick(): void {
    const seconds = Math.max(0, Math.floor((this.end - performance.now()) / 1000));
    if (seconds !== this.lastSeconds) {
      const text = clockWords(seconds);
      if (this.time.textContent !== text) this.time.textContent = text;
      this.speak(seconds);
      this.lastSeconds = seconds;
    }
    if (seconds === 0 && !this.isOver) {
      this.isOver = true;
      this.onOver();
    }
  }

  private speak(seconds: number): void {
    for (const minutes of SPOKEN_MINUTES) {
      if (seconds <= minutes * 60 && this.lastSeconds > minutes * 60 && Number.isFinite(this.lastSeconds)) {
        this.spoken.textContent =
          minutes === 1 ? fill(this.words["minute_left"]) : fill(this.words["minutes_left"], { minutes });
      }
    }
  }

  private offerHiding(): void {
    const toggle = byId<HTMLButtonElement>("countdown-toggle");
    const show = (hidden: boolean): void => {
      this.time.hidden = hidden;
      toggle.textContent = (hidden ? toggle.dataset["show"] : toggle.dataset["hide"]) ?? "";
    };
    toggle.hidden = false;
    show(preference("clock") === "hidden");
    toggle.addEventListener("click", () => {
      show(!this.time.hidden);
      setPreference("clock", this.time.hidden ? "hidden" : "shown");
    });
  }
}

export function clockWords(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}
