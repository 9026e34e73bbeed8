/**
 * What is kept on this device until the server has it: one entry for each tab and
 * question, written at every key and removed when the server has answered.
 */

import type { Draft } from "./server";

export type KeptDraft = Draft & { position: number; at: number };

const PREFIX = "inferview.draft.";

export class Device {
  constructor(private readonly uid: string) {}

  /** Say whether it is kept: storage may be full or forbidden. */
  keep(draft: Draft, position: number): boolean {
    try {
      const kept: KeptDraft = { ...draft, position, at: Date.now() };
      localStorage.setItem(this.key(position, draft.client_id), JSON.stringify(kept));
      return true;
    } catch {
      return false;
    }
  }

  /** Every draft of the sitting, or of one question; the newest first. */
  drafts(position?: number): KeptDraft[] {
    const found: KeptDraft[] = [];
    try {
      for (let index = 0; index < localStorage.length; index++) {
        const key = localStorage.key(index);
        if (!key?.startsWith(`${PREFIX}${this.uid}.`)) continue;
        const draft = JSON.parse(localStorage.getItem(key) ?? "null") as KeptDraft | null;
        if (draft && (position === undefined || draft.position === position)) found.push(draft);
      }
    } catch {
      return found;
    }
    return found.sort((a, b) => b.at - a.at);
  }

  /** Remove a draft unless its tab has written on meanwhile. */
  drop(draft: Pick<KeptDraft, "position" | "client_id" | "text">): void {
    try {
      const key = this.key(draft.position, draft.client_id);
      const now = JSON.parse(localStorage.getItem(key) ?? "null") as KeptDraft | null;
      if (now && now.text === draft.text) localStorage.removeItem(key);
    } catch {
      // Nothing could be kept, so there is nothing to remove.
    }
  }

  private key(position: number, clientId: string): string {
    return `${PREFIX}${this.uid}.${position}.${clientId}`;
  }
}

export function preference(name: string): string {
  try {
    return localStorage.getItem(`inferview.${name}`) ?? "";
  } catch {
    return "";
  }
}

export function setPreference(name: string, value: string): void {
  try {
    localStorage.setItem(`inferview.${name}`, value);
  } catch {
    // It is only a convenience.
  }
}
