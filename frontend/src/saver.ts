/**
 * Bring what is typed to the server, and never lose it on the way.
 *
 * Every key goes to the device's storage at once; a pause, a long stretch of typing
 * and a heartbeat send it. The server gives each save a revision; a save that began
 * from an older one than another tab's is refused, and the person chooses.
 */

import type { Device } from "./device";
import type { Field } from "./field";
import type { ClockFacts, Draft, Server, StoredAnswer } from "./server";
import type { SaveIndicator } from "./save_state";

const AFTER_PAUSE_MS = 1_500;
const AFTER_TYPING_MS = 8_000;
const HEARTBEAT_MS = 15_000;
const IDLE_CLOCK_BEATS = 4; // the clock is asked for at every fourth beat without a save
const RETRY_MS = [2_000, 4_000, 8_000, 15_000];

export type Hooks = {
  onClock: (facts: ClockFacts, wait: number) => void;
  onConflict: (stored: StoredAnswer) => void;
  /** The sitting is over; `late`: a text arrived after the end and was put aside. */
  onOver: (state: string, late: boolean) => void;
  onOtherBrowser: () => void;
  onSaved: (text: string, changedCharacters: boolean) => void;
};

export class Saver {
  private acknowledged: string;
  private acknowledgedLanguage: string;
  private revision: number;
  private seq = 0;
  private pauseTimer = 0;
  private firstUnsaved = 0;
  private retry = 0;
  private retryTimer = 0;
  private lostSince: Date | null = null;
  private kept = true;
  private running: Promise<void> | null = null;
  private stopped = false;
  private beats = 0;

  constructor(
    private readonly position: number,
    private readonly clientId: string,
    private readonly field: Field,
    private readonly language: () => string,
    private readonly limit: { size: (text: string) => number; most: number },
    private readonly server: Server,
    private readonly device: Device,
    private readonly indicator: SaveIndicator,
    private readonly hooks: Hooks,
    stored: { text: string; revision: number; savedAt: string | null; serverNow: string },
  ) {
    this.acknowledged = stored.text;
    this.acknowledgedLanguage = language();
    this.revision = stored.revision;
    if (stored.savedAt) {
      const age = Date.parse(stored.serverNow) - Date.parse(stored.savedAt);
      this.indicator.show({ state: "saved", revision: stored.revision, at: performance.now() - age });
    }
    setInterval(() => void this.beat(), HEARTBEAT_MS);
    addEventListener("online", () => void this.reconnect());
    addEventListener("offline", () => this.lost("offline"));
    addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") void this.flush();
      else void this.askClock();
    });
  }

  get dirty(): boolean {
    return this.field.text() !== this.acknowledged || this.language() !== this.acknowledgedLanguage;
  }

  get halted(): boolean {
    return this.stopped;
  }

  /** Something was typed. */
  changed(): void {
    if (this.stopped) return;
    if (!this.dirty) {
      this.device.drop({ position: this.position, client_id: this.clientId, text: this.field.text() });
      return;
    }
    this.kept = this.device.keep(this.draft(), this.position);
    if (this.lostSince) this.lost(this.indicator.state === "fault" ? "fault" : "offline");
    else if (this.indicator.state !== "saving") this.indicator.show({ state: "waiting" });
    const now = performance.now();
    this.firstUnsaved ||= now;
    const due = Math.min(AFTER_PAUSE_MS, Math.max(0, this.firstUnsaved + AFTER_TYPING_MS - now));
    clearTimeout(this.pauseTimer);
    this.pauseTimer = setTimeout(() => void this.flush(), due);
  }

  /** Save what is unsaved and say whether the server has it all. */
  async flush(): Promise<boolean> {
    clearTimeout(this.pauseTimer);
    while (this.running) await this.running;
    if (!this.dirty) return true;
    if (this.stopped) return false;
    this.running = this.send().finally(() => (this.running = null));
    await this.running;
    return !this.dirty;
  }

  /** Stop for good or until `resume`: another tab writes, two versions, the end. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.pauseTimer);
    clearTimeout(this.retryTimer);
    this.field.readOnly(true);
  }

  /** Go on from what the server has. */
  resume(stored: Pick<StoredAnswer, "text" | "revision">): void {
    this.acknowledged = stored.text;
    this.revision = stored.revision;
    this.stopped = false;
    this.field.readOnly(false);
    this.indicator.show({ state: "saved", revision: stored.revision, at: performance.now() });
    this.changed();
  }

  async askClock(): Promise<void> {
    const facts = await this.server.clock();
    if ("kind" in facts) {
      if (facts.kind === "offline" || facts.kind === "fault") this.lost(facts.kind);
      if (facts.kind === "other_browser") this.otherBrowser();
      return;
    }
    this.hooks.onClock(facts, facts.wait);
    if (facts.state !== "started") this.ended(facts.state, false);
    else if (this.lostSince) await this.reconnect();
  }

  private draft(): Draft {
    return {
      text: this.field.text(),
      language: this.language(),
      base_revision: this.revision,
      client_id: this.clientId,
      client_seq: this.seq,
    };
  }

  private async send(): Promise<void> {
    this.seq += 1;
    this.firstUnsaved = 0;
    const draft = this.draft();
    this.kept = this.device.keep(draft, this.position);
    if (!this.lostSince) this.indicator.show({ state: "saving" });
    const reply = await this.server.save(this.position, draft);
    switch (reply.kind) {
      case "saved":
        this.found();
        this.hooks.onClock(reply.clock, reply.wait);
        this.accept(draft, reply.revision);
        this.hooks.onSaved(draft.text, reply.changedCharacters);
        break;
      case "conflict":
        this.found();
        this.hooks.onClock(reply.clock, 0);
        if (reply.stored.text === draft.text) {
          this.accept(draft, reply.stored.revision);
        } else {
          this.stop();
          this.indicator.show({ state: "conflict" });
          this.hooks.onConflict(reply.stored);
        }
        break;
      case "offline":
      case "fault":
        this.lost(reply.kind);
        this.tryAgain();
        break;
      case "over":
        this.device.drop({ ...draft, position: this.position });
        this.ended(reply.clock?.state ?? "submitted", true);
        break;
      case "too_long":
        this.found();
        this.indicator.show({ state: "too_long", size: this.limit.size(draft.text), limit: this.limit.most });
        break;
      case "other_browser":
        this.otherBrowser();
        break;
      case "refused":
        this.found();
        this.indicator.show({ state: "refused" });
        break;
    }
  }

  private accept(draft: Draft, revision: number): void {
    this.acknowledged = draft.text;
    this.acknowledgedLanguage = draft.language;
    this.revision = revision;
    this.device.drop({ ...draft, position: this.position });
    if (this.dirty) this.changed();
    else this.indicator.show({ state: "saved", revision, at: performance.now() });
  }

  private lost(kind: "offline" | "fault"): void {
    this.lostSince ??= new Date();
    if (this.stopped) return;
    this.indicator.show({ state: kind, since: this.lostSince, kept: this.kept, clean: !this.dirty });
  }

  private found(): void {
    this.lostSince = null;
    this.retry = 0;
    clearTimeout(this.retryTimer);
  }

  private tryAgain(): void {
    const wait = RETRY_MS[Math.min(this.retry, RETRY_MS.length - 1)] ?? HEARTBEAT_MS;
    this.retry += 1;
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.flush(), wait);
  }

  private async reconnect(): Promise<void> {
    if (this.stopped) return;
    if (this.dirty) {
      await this.flush();
    } else if (this.lostSince) {
      const facts = await this.server.clock();
      if ("kind" in facts) return;
      this.found();
      this.hooks.onClock(facts, facts.wait);
      this.indicator.show(
        this.revision ? { state: "saved", revision: this.revision, at: performance.now() } : { state: "none" },
      );
    }
  }

  private async beat(): Promise<void> {
    if (this.stopped) return;
    this.beats += 1;
    if (this.dirty) await this.flush();
    else if (this.lostSince || this.beats % IDLE_CLOCK_BEATS === 0) await this.askClock();
  }

  private ended(state: string, late: boolean): void {
    this.stop();
    this.hooks.onOver(state, late);
  }

  private otherBrowser(): void {
    this.stop();
    this.indicator.show({ state: "other_browser" });
    this.hooks.onOtherBrowser();
  }

  private leave(): void {
    if (this.stopped || !this.dirty) return;
    this.seq += 1;
    const draft = this.draft();
    this.device.keep(draft, this.position);
    this.server.saveLeaving(this.position, draft);
  }
}
