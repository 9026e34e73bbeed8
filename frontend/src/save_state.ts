/** The save indicator: always visible, always true. */

import { byId, fill, grouped, type Words } from "./page_data";
import { localTime } from "./times";

export type SaveState =
  | { state: "none" }
  | { state: "waiting" }
  | { state: "saving" }
  | { state: "saved"; revision: number; at: number }
  | { state: "offline" | "fault"; since: Date; kept: boolean; clean: boolean }
  | { state: "too_long"; size: number; limit: number }
  | { state: "refused" }
  | { state: "other_browser" }
  | { state: "other_tab" }
  | { state: "conflict" }
  | { state: "over"; text: string };

export class SaveIndicator {
  private current: SaveState = { state: "none" };
  private readonly element = byId("save-state");
  private readonly text = byId("save-state-text");
  private readonly spoken = byId("save-state-spoken");

  constructor(private readonly words: Words) {
    setInterval(() => this.paint(), 1000);
  }

  get state(): SaveState["state"] {
    return this.current.state;
  }

  show(next: SaveState): void {
    const before = this.current.state;
    this.current = next;
    this.paint();
    // The ticking line is not read aloud; what changed for the writer is.
    const lost = next.state === "offline" || next.state === "fault";
    const wasLost = before === "offline" || before === "fault";
    if (lost && !wasLost) this.spoken.textContent = this.words["offline_spoken"] ?? "";
    else if (next.state === "saved" && wasLost) this.spoken.textContent = this.words["online_spoken"] ?? "";
    else if (!["none", "waiting", "saving", "saved"].includes(next.state) && next.state !== before && !lost) {
      this.spoken.textContent = this.sentence(next);
    }
  }

  private paint(): void {
    const shown = this.sentence(this.current);
    if (this.text.textContent !== shown) this.text.textContent = shown;
    this.element.dataset["state"] = this.sign(this.current);
  }

  private sign(state: SaveState): string {
    if (state.state === "fault") return "offline";
    if (["too_long", "other_browser", "other_tab"].includes(state.state)) return "refused";
    return state.state;
  }

  private sentence(state: SaveState): string {
    const { words } = this;
    switch (state.state) {
      case "none":
        return fill(words["not_yet"]);
      case "waiting":
      case "saving":
      case "refused":
      case "other_browser":
      case "other_tab":
      case "conflict":
        return fill(words[state.state]);
      case "saved": {
        const seconds = Math.max(0, Math.round((performance.now() - state.at) / 1000));
        return seconds < 60
          ? fill(words["saved_seconds"], { seconds, revision: state.revision })
          : fill(words["saved_minutes"], { minutes: Math.floor(seconds / 60), revision: state.revision });
      }
      case "offline":
      case "fault": {
        const ending = state.clean ? "clean" : state.kept ? "kept" : "not_kept";
        return fill(words[`${state.state}_${ending}`], { time: localTime(state.since) });
      }
      case "too_long":
        return fill(words["too_long"], { size: grouped(state.size), limit: grouped(state.limit) });
      case "over":
        return state.text;
    }
  }
}
