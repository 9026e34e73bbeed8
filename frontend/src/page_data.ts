/** What the server put into the page: JSON, words, the token that protects writes. */

export type Words = Readonly<Record<string, string>>;

export function pageData<T>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page carries no ${id}`);
  return JSON.parse(element.textContent ?? "null") as T;
}

export function fill(text: string | undefined, values: Record<string, string | number> = {}): string {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function byId<T extends HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}

export function csrfToken(): string {
  return document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

export function grouped(value: number): string {
  return new Intl.NumberFormat(document.documentElement.lang).format(value);
}

/** A fresh name; `crypto.randomUUID` is missing where the page comes over plain HTTP. */
export function freshName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Characters as the server counts them: code points, not UTF-16 units. */
export function characterCount(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const high = text.charCodeAt(index);
    const low = text.charCodeAt(index + 1);
    if (high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
      count--;
      index++;
    }
  }
  return count;
}

/** What lets a script add a style under the content security policy. */
export function pageNonce(): string {
  return document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";
}

/** A text as a text area holds it, whatever the program that stored it used. */
export function oneNewline(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}
