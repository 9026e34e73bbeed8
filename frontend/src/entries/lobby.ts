/** The lobby: the clock while it runs, and the box to try the editor in. */

import { Clock } from "../clock";
import { pageData, pageNonce, type Words } from "../page_data";
import type { ClockFacts } from "../server";

if (document.getElementById("clock-facts")) {
  new Clock(pageData<ClockFacts>("clock-facts"), pageData<Words>("words"));
}

const tryout = document.querySelector<HTMLTextAreaElement>("#tryout[data-code]");
if (tryout) {
  const { CodeField } = await import("../editor");
  const label = document.querySelector("label[for=tryout]")?.textContent ?? "";
  new CodeField(tryout, label, "", () => undefined, pageNonce());
}
