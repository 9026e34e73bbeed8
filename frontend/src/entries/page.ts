/** What every page does: local times, copy buttons, focus on errors, kept fields. */

import { keepFields, restoreFields } from "../kept_fields";
import { showLocalMoments } from "../times";

showLocalMoments(document, document.documentElement.lang);
restoreFields();

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-keeps-fields]")) {
  form.addEventListener("submit", keepFields);
}

document.querySelector<HTMLElement>("[data-focus]")?.focus();

for (const pane of document.querySelectorAll<HTMLElement>("[data-code-pane]")) {
  const button = pane.querySelector<HTMLButtonElement>("[data-copy]");
  const code = pane.querySelector("code");
  if (!button || !code || !navigator.clipboard) continue;
  const label = button.textContent ?? "";
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent ?? "");
    button.textContent = button.dataset["copied"] ?? label;
    setTimeout(() => (button.textContent = label), 2000);
  });
}
