/** Before handing in: the clock, and whether everything has reached the server. */

import { Clock } from "../clock";
import { Device } from "../device";
import { byId, fill, freshName, pageData, type Words } from "../page_data";
import { replay } from "../replay";
import { Server, type ClockFacts } from "../server";
import { Tabs } from "../tabs";

const { uid } = pageData<{ uid: string }>("facts");
const words = pageData<Words>("words");
const server = new Server(uid);
const device = new Device(uid);
const box = byId("unsent");
const form = byId<HTMLFormElement>("hand-in");

new Clock(pageData<ClockFacts>("clock-facts"), words, () => {
  box.hidden = false;
  box.textContent = words["handing_in"] ?? "";
});

let told = "";

/** Send what is kept here; true when nothing is left or the person knows of it. */
async function sendAll(): Promise<boolean> {
  if (!device.drafts().length) return true;
  const alive = await new Tabs(uid, freshName(), null).openElsewhere();
  const unsent = await replay(server, device, (position) => !alive.has(position));
  const sentence = unsent.length ? fill(words["unsent"], { positions: unsent.join(", ") }) : "";
  box.hidden = !sentence;
  box.textContent = sentence;
  const known = !sentence || sentence === told;
  told = sentence;
  return known;
}

void sendAll();
form.addEventListener("submit", (event) => {
  if (!device.drafts().length) return;
  event.preventDefault();
  void sendAll().then((ready) => {
    if (ready) form.submit();
    else box.scrollIntoView({ block: "nearest" });
  });
});
