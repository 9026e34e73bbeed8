/** The page of one question: wires field, saver, clock, tabs and runs together. */

import { Clock } from "../clock";
import { Device, preference, setPreference } from "../device";
import { PlainField, type Field } from "../field";
import { byId, characterCount, csrfToken, fill, freshName, grouped, oneNewline, pageData, pageNonce, type Words } from "../page_data";
import { continues, replay } from "../replay";
import { SaveIndicator } from "../save_state";
import { Saver } from "../saver";
import { isFailure, Server, type ClockFacts, type StoredAnswer, type TrialFacts } from "../server";
import { Tabs } from "../tabs";
import { TrialPanel } from "../trial";

type Facts = {
  uid: string;
  position: number;
  kind: "text" | "code";
  revision: number;
  saved_at: string | null;
  client_id: string;
  limit: number;
  stored_text: string;
  untouched: boolean;
  conflict: boolean; // the form that was posted without a script was refused for it
};

const facts = pageData<Facts>("facts");
const words = pageData<Words>("words");
const clockFacts = pageData<ClockFacts>("clock-facts");
const form = byId<HTMLFormElement>("answer");
const area = byId<HTMLTextAreaElement>("text");
const notice = byId("answer-notice");
const noticeText = byId("answer-notice-text");
const noticeAction = byId("answer-notice-action");
const conflict = byId("conflict");
const stay = byId("stay");

const clientId = freshName();
const server = new Server(facts.uid);
const device = new Device(facts.uid);
const indicator = new SaveIndicator(words);
const isCode = facts.kind === "code";
const encoder = new TextEncoder();
const sizeOf = (text: string): number => (isCode ? encoder.encode(text).length : characterCount(text));

const language = (): string =>
  form.querySelector<HTMLInputElement>("input[name=language]:checked")?.value ?? "";

// -- the field ---------------------------------------------------------------------

let claimed = false;
const typed = (): void => {
  if (!claimed) {
    claimed = true;
    tabs.saysWriting();
  }
  count();
  saver.changed();
};

// What the server has, as a text area would hold it. A baseline that nobody has
// touched is shown, but is not an answer to be saved.
const storedText = facts.untouched && isCode ? pageData<string>("baseline") : oneNewline(facts.stored_text);
const field: Field = isCode ? await codeField() : new PlainField(area, typed);

async function codeField(): Promise<Field> {
  const { CodeField } = await import("../editor");
  const label = document.querySelector("label[for=text]")?.textContent ?? "";
  const made = new CodeField(area, label, "text-hint", typed, pageNonce());
  const toggle = byId<HTMLButtonElement>("plain-toggle");
  const use = (plain: boolean): void => {
    made.usePlain(plain);
    toggle.setAttribute("aria-pressed", String(plain));
  };
  use(preference("editor") === "plain");
  toggle.addEventListener("click", () => {
    use(!made.plain);
    setPreference("editor", made.plain ? "plain" : "code");
    made.focus();
  });
  const reset = byId<HTMLButtonElement>("reset");
  const undo = byId<HTMLButtonElement>("undo-reset");
  let before = "";
  const put = (text: string): void => {
    made.set(text);
    typed();
  };
  reset.addEventListener("click", () => {
    if (saver.halted || made.text() === pageData<string>("baseline")) return;
    before = made.text();
    put(pageData<string>("baseline"));
    undo.hidden = false;
  });
  undo.addEventListener("click", () => {
    if (saver.halted) return;
    put(before);
    undo.hidden = true;
    made.focus();
  });
  byId("code-tools").hidden = false;
  return made;
}

function count(): void {
  const size = sizeOf(field.text());
  const near = size > facts.limit * 0.8;
  const name = isCode ? (near ? "bytes_of" : "") : near ? "characters_of" : "characters";
  byId("counter").textContent = name ? fill(words[name], { count: grouped(size), limit: grouped(facts.limit) }) : "";
}

function showOwnState(text: string): void {
  const own = byId("own-state");
  const empty = !text.trim();
  const baseline = isCode && text === pageData<string>("baseline");
  own.dataset["filled"] = empty ? "empty" : baseline ? "baseline" : "saved";
  const name = empty ? "own_empty" : baseline ? "own_baseline" : "own_saved";
  own.textContent = fill(words[name], { count: characterCount(text) });
}

// -- notices and conflicts ---------------------------------------------------------

function tell(text: string | undefined, offerWriting = false): void {
  notice.hidden = false;
  noticeText.textContent = text ?? "";
  noticeAction.hidden = !offerWriting;
}

function hush(): void {
  notice.hidden = true;
}

let theirs: StoredAnswer | null = null;

function showConflict(stored: StoredAnswer): void {
  theirs = stored;
  byId("conflict-mine").textContent = field.text();
  byId("conflict-theirs").textContent = stored.text;
  conflict.hidden = false;
}

function settle(text: string): void {
  if (!theirs) return;
  const stored = theirs;
  theirs = null;
  conflict.hidden = true;
  field.set(text);
  claimed = true;
  tabs.saysWriting();
  saver.resume(stored);
  void saver.flush();
  count();
  field.focus();
}

byId("keep-mine").addEventListener("click", () => settle(field.text()));
byId("take-theirs").addEventListener("click", () => {
  const stored = theirs;
  if (!stored) return;
  const mine = { position: facts.position, client_id: clientId, text: field.text() };
  settle(stored.text);
  device.drop(mine);
});

// -- the end -----------------------------------------------------------------------

let ended = false;

function end(state: string, late: boolean): void {
  if (ended) return;
  ended = true;
  const sentence = state === "cancelled" ? words["cancelled"] : words["handed_in"];
  indicator.show({ state: "over", text: state === "cancelled" ? "" : (words["handed_in"] ?? "") });
  tell(`${sentence ?? ""}${late && state !== "cancelled" ? ` ${words["late_kept"] ?? ""}` : ""}`);
  if (state !== "cancelled") {
    const link = document.createElement("a");
    link.href = `/a/${facts.uid}/done/`;
    link.textContent = words["to_receipt"] ?? "";
    link.className = "button button-primary";
    const line = document.createElement("p");
    line.append(link);
    notice.append(line);
  }
  conflict.hidden = true;
  field.readOnly(true);
  panel?.close();
  for (const button of form.querySelectorAll<HTMLButtonElement>("button")) {
    if (!button.closest("#conflict")) button.disabled = true;
  }
}

function freeze(): void {
  void finalFlush();
}

async function finalFlush(): Promise<void> {
  field.readOnly(true);
  panel?.close();
  tell(words["handing_in"]);
  const giveUp = performance.now() + clockFacts.grace_seconds * 1000 + 500;
  let all = await saver.flush();
  while (!ended && !all && performance.now() < giveUp && !saver.halted) {
    await pause(1_000);
    all = await saver.flush();
  }
  if (!ended && !all) tell(words["not_sent"]);
  while (!ended) {
    await pause(Math.max(2_000, giveUp - performance.now()));
    if (all || saver.halted) await saver.askClock();
    else all = await saver.flush();
    if (!clock.over || indicator.state === "other_browser") return;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// -- together ----------------------------------------------------------------------

const tabs = new Tabs(facts.uid, clientId, facts.position, () => void giveWay());

async function giveWay(): Promise<void> {
  if (saver.halted) return;
  claimed = false;
  await saver.flush();
  if (saver.halted) return; // two versions: the person is being asked already
  saver.stop();
  indicator.show({ state: "other_tab" });
  tell(words["other_tab"], true);
}

byId("write-here").addEventListener("click", async () => {
  const stored = await server.stored(facts.position);
  if (isFailure(stored)) {
    tell(words["offline_stay"], true);
    return;
  }
  if (stored.state !== "started") {
    end(stored.state, false);
    return;
  }
  hush();
  claimed = true;
  tabs.saysWriting();
  if (saver.dirty && stored.text !== field.text()) {
    saver.stop();
    indicator.show({ state: "conflict" });
    showConflict(stored);
    return;
  }
  field.set(stored.text);
  saver.resume(stored);
  count();
  field.focus();
});

const saver = new Saver(
  facts.position,
  clientId,
  field,
  language,
  { size: sizeOf, most: facts.limit },
  server,
  device,
  indicator,
  {
    onClock: (latest, wait) => {
      stay.hidden = true; // the server has answered
      clock.sync(latest, wait);
    },
    onConflict: showConflict,
    onOver: end,
    onOtherBrowser: () => tell(words["other_browser"]),
    onSaved: (text, changedCharacters) => {
      showOwnState(text);
      if (changedCharacters) tell(words["changed_characters"]);
    },
  },
  {
    text: storedText,
    revision: facts.revision,
    savedAt: facts.saved_at,
    serverNow: clockFacts.server_now,
  },
);

const panel = isCode
  ? new TrialPanel(facts.position, server, pageData<Words>("trial-words"), pageData<TrialFacts>("trial-facts"))
  : null;

const clock = new Clock(clockFacts, words, () => setTimeout(freeze), () => {
  ended = false;
  hush();
  if (!saver.halted) field.readOnly(false);
});

for (const choice of form.querySelectorAll("input[name=language]")) {
  choice.addEventListener("change", () => {
    area.lang = language();
    typed();
  });
}
count();

// -- what was left on this device ----------------------------------------------------

recover();
void sendOthers();

function recover(): void {
  const [newest] = device.drafts(facts.position);
  const stored = storedText;
  const unsettled = (): void => {
    saver.stop();
    indicator.show({ state: "conflict" });
    showConflict({
      text: stored,
      language: language(),
      revision: facts.revision,
      client_id: facts.client_id,
      saved_at: facts.saved_at,
    });
  };
  if (facts.conflict) {
    unsettled();
    return;
  }
  for (const draft of device.drafts(facts.position)) {
    if (draft.text === stored) device.drop(draft);
  }
  if (!newest || newest.text === stored) {
    if (saver.dirty) saver.changed(); // a form that the server refused
    return;
  }
  field.set(newest.text);
  count();
  if (continues(newest, facts)) {
    tell(words["recovered"]);
    saver.changed();
    void saver.flush().then((all) => {
      if (all) device.drop(newest);
    });
    return;
  }
  device.keep({ ...newest, client_id: clientId }, facts.position);
  device.drop(newest);
  unsettled();
}

async function sendOthers(): Promise<void> {
  if (!device.drafts().some((draft) => draft.position !== facts.position)) return;
  const alive = await tabs.openElsewhere();
  const unsent = await replay(
    server,
    device,
    (position) => position !== facts.position && !alive.has(position),
  );
  const box = byId("unsent");
  box.hidden = unsent.length === 0;
  if (unsent.length) box.textContent = fill(words["unsent"], { positions: unsent.join(", ") });
}

// -- leaving the page --------------------------------------------------------------

/** Go on once the server has everything; stay, with the reason, while it has not. */
async function leave(go: () => void): Promise<void> {
  if (theirs) {
    byId("conflict-title").focus();
    return;
  }
  if (ended || saver.halted || (await saver.flush())) {
    go();
    return;
  }
  if (["offline", "fault"].includes(indicator.state)) {
    stay.hidden = false;
    stay.textContent = words["offline_stay"] ?? "";
    stay.scrollIntoView({ block: "nearest" });
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter instanceof HTMLButtonElement ? event.submitter : null;
  const value = button?.value ?? "";
  if (button?.name === "action" && value === "save") {
    void saver.flush();
    return;
  }
  if (button?.name === "action" && value === "run") {
    run();
    return;
  }
  void leave(() => post(button?.name ?? "action", value));
});

function run(): void {
  void saver.flush();
  void panel?.run(field.text());
}

// Before the editor, which would add a line.
form.addEventListener(
  "keydown",
  (event) => {
    if (!panel || event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) run();
  },
  { capture: true },
);

/** Ask the server for the next page as the form would, but with the text left out. */
function post(name: string, value: string): void {
  const sent = document.createElement("form");
  sent.method = "post";
  sent.action = location.pathname;
  sent.hidden = true;
  for (const [key, text] of [
    ["csrfmiddlewaretoken", csrfToken()],
    ["saved_already", "1"],
    [name, value],
  ] as const) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = key;
    input.value = text;
    sent.append(input);
  }
  document.body.append(sent);
  sent.submit();
}

document.addEventListener("click", (event) => {
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  if (link.origin !== location.origin || link.hash || link.target) return;
  event.preventDefault();
  void leave(() => location.assign(link.href));
});

addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
