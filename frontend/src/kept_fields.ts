/**
 * What was typed survives a change of the page's language.
 *
 * The switch asks for the page again. Fields of forms marked `data-keep` are put into
 * this tab's session storage on the way out and taken back once on the way in.
 */

const KEY = "inferview.kept-fields";

type Kept = { path: string; fields: [string, string, boolean][] };

function fieldsOf(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[] {
  return [...form.elements].filter(
    (element): element is HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement =>
      (element instanceof HTMLInputElement &&
        !["hidden", "password", "file", "submit", "button"].includes(element.type)) ||
      element instanceof HTMLTextAreaElement ||
      element instanceof HTMLSelectElement,
  );
}

function isChecked(field: Element): boolean {
  return field instanceof HTMLInputElement && field.checked;
}

export function keepFields(): void {
  const fields: Kept["fields"] = [];
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-keep]")) {
    for (const field of fieldsOf(form)) {
      if (field.name) fields.push([field.name, field.value, isChecked(field)]);
    }
  }
  try {
    if (fields.length) sessionStorage.setItem(KEY, JSON.stringify({ path: location.pathname, fields }));
  } catch {
    // Storage is full or forbidden: the language changes all the same.
  }
}

export function restoreFields(): void {
  let kept: Kept | null = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null;
    sessionStorage.removeItem(KEY);
  } catch {
    return;
  }
  if (!kept || kept.path !== location.pathname) return;
  const waiting = [...kept.fields];
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-keep]")) {
    for (const field of fieldsOf(form)) {
      const choice = field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type);
      const index = waiting.findIndex(([name, value]) => name === field.name && (!choice || value === field.value));
      if (index < 0) continue;
      const [, value, checked] = waiting.splice(index, 1)[0]!;
      if (choice) (field as HTMLInputElement).checked = checked;
      else field.value = value;
    }
  }
}
