/** A candidate's own runs: asked for, waited for, shown. Never a mark. */

import { byId, fill, type Words } from "./page_data";
import { isFailure, type Failure, type Server, type TrialFacts } from "./server";
import { localTime } from "./times";

const POLL_MS = 1_000;
const POLL_RUNNING_MS = 700; // its worker says every half second how far it is
const POLL_LATER_MS = 2_500;
const HONEST_AFTER_S = 10;

export class TrialPanel {
  private readonly button = byId<HTMLButtonElement>("run");
  private readonly state = byId("trial-state");
  private readonly progress = byId("trial-progress");
  private readonly used = byId("runs-used");
  private readonly output = byId("trial-output");
  private readonly outputTitle = byId("trial-output-title");
  private readonly outputText = byId("trial-output-text");
  private since = 0;
  private runningSince = 0;
  private closed = false; // the time is over; what runs is still shown

  constructor(
    private readonly position: number,
    private readonly server: Server,
    private readonly words: Words,
    facts: TrialFacts,
  ) {
    byId("run-key").hidden = false;
    this.show(facts);
    if (facts.state === "queued" || facts.state === "running") this.wait();
  }

  close(): void {
    this.closed = true;
    this.button.disabled = true;
  }

  async run(source: string): Promise<void> {
    if (this.closed || this.button.getAttribute("aria-disabled") === "true") return;
    this.busy(true);
    this.output.hidden = this.progress.hidden = true;
    this.say(this.words["starting"] ?? "");
    let facts = await this.server.startTrial(this.position, source);
    if (isFailure(facts) && facts.kind === "offline") {
      // Perhaps only the answer got lost and the run is on its way.
      const seen = await this.server.trial(this.position);
      if (!isFailure(seen) && (seen.state === "queued" || seen.state === "running")) facts = seen;
    }
    if (isFailure(facts)) {
      this.busy(false);
      this.say(this.failureWords(facts));
      return;
    }
    this.since = this.runningSince = 0;
    this.show(facts);
    this.wait();
  }

  private wait(): void {
    this.busy(true);
    this.since ||= performance.now();
    const long = performance.now() - this.since > 20_000;
    const pause = this.runningSince ? POLL_RUNNING_MS : long ? POLL_LATER_MS : POLL_MS;
    setTimeout(() => void this.poll(), pause);
  }

  private async poll(): Promise<void> {
    const facts = await this.server.trial(this.position);
    if (isFailure(facts)) {
      if (facts.kind === "offline" || facts.kind === "fault") this.wait();
      else this.busy(false);
      return;
    }
    this.show(facts);
    if (facts.state === "queued" || facts.state === "running") this.wait();
    else this.busy(false);
  }

  private show(facts: TrialFacts): void {
    const { words } = this;
    this.used.textContent = fill(words["runs_used"], { used: facts.runs_used, allowed: facts.runs_allowed });
    this.progress.hidden = facts.state !== "running";
    switch (facts.state) {
      case "none":
        if (facts.runs_used >= facts.runs_allowed) this.say(words["used_up"] ?? "");
        break;
      case "queued":
        this.runningSince = 0; // perhaps given back by a worker
        this.say(facts.ahead ? fill(words["queued"], { ahead: facts.ahead }) : fill(words["queued_next"]));
        break;
      case "running":
        this.follow(facts);
        break;
      case "failed":
        this.say(fill(words["failed"]));
        break;
      case "finished":
        this.finish(facts);
    }
  }

  /** What is read out changes once; the counts beside it are there to be looked at. */
  private follow(facts: TrialFacts): void {
    const { words } = this;
    this.runningSince ||= performance.now();
    const seconds = Math.round((performance.now() - this.runningSince) / 1000);
    this.say(words["running"] ?? "");
    const { cases_checked = 0, cases = 0, pairs = 0, pairs_wanted = 0 } = facts;
    const parts = [
      fill(words[`stage_${facts.stage ?? ""}`], { cases_checked, cases, pairs, pairs_wanted }),
      fill(words["seconds"], { seconds }),
      seconds > HONEST_AFTER_S ? (words["running_long"] ?? "") : "",
    ];
    this.progress.textContent = parts.filter(Boolean).join(" · ");
    this.print(facts, words["output_so_far"] ?? "");
  }

  private print(facts: TrialFacts, title: string): void {
    this.output.hidden = !facts.output;
    if (!facts.output) return;
    this.outputTitle.textContent = [title, facts.output_cut ? this.words["output_cut"] : ""].filter(Boolean).join(" ");
    const box = this.outputText;
    if (box.textContent === facts.output) return; // keeps what is selected
    const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
    box.textContent = facts.output;
    if (atEnd && facts.state === "running") box.scrollTop = box.scrollHeight;
  }

  private finish(facts: TrialFacts): void {
    const { words } = this;
    const lines = [words[facts.verdict ?? ""] ?? ""];
    const two = (value: number): string => value.toFixed(2);
    if (facts.speedup != null && facts.low != null && facts.high != null) {
      lines.push(
        fill(words["speedup"], { speedup: two(facts.speedup), low: two(facts.low), high: two(facts.high) }),
      );
    } else if (facts.speedup != null) {
      lines.push(fill(words["speedup_only"], { speedup: two(facts.speedup) }));
    }
    const at = facts.at ? fill(words["at"], { time: localTime(new Date(facts.at)) }) : "";
    const device = words[`device_${facts.device ?? ""}`] ?? "";
    this.say(lines[0] ?? "", ...lines.slice(1));
    // The judge's own sentence names the case and the numbers; what it has no form for is English.
    if (facts.reason) this.state.append(paragraph(facts.reason, "small", facts.reason_language ?? "en"));
    this.state.append(paragraph([at, device].filter(Boolean).join(" · "), "small soft"));
    this.print(facts, words["output"] ?? "");
    if (facts.runs_used >= facts.runs_allowed) this.state.append(paragraph(words["used_up"] ?? "", "small"));
  }

  private say(first: string, ...more: string[]): void {
    const wanted = [first, ...more];
    const now = [...this.state.children].map((child) => child.textContent);
    if (wanted.length === now.length && wanted.every((text, index) => text === now[index])) return;
    this.state.replaceChildren(
      ...wanted.map((text, index) => paragraph(text, index === 0 ? "trial-verdict" : "")),
    );
  }

  private busy(on: boolean): void {
    // Not `disabled`: that would take the focus from who pressed it.
    this.button.setAttribute("aria-disabled", String(on));
  }

  private failureWords(failure: Failure): string {
    const { words } = this;
    switch (failure.kind) {
      case "offline":
        return words["unreachable"] ?? "";
      case "fault":
        return words["failed"] ?? "";
      case "too_long":
        return words["too_long"] ?? "";
      case "over":
        return words["over"] ?? "";
      case "under_way":
        return words["under_way"] ?? "";
      case "used_up":
        return words["used_up"] ?? "";
      default:
        return words["refused"] ?? "";
    }
  }
}

function paragraph(text: string, className: string, language = ""): HTMLParagraphElement {
  const made = document.createElement("p");
  made.textContent = text;
  made.className = className;
  if (language) made.lang = language;
  return made;
}
