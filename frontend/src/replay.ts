/** Send what an earlier page, or a browser that crashed, left on this device. */

import type { Device, KeptDraft } from "./device";
import { freshName } from "./page_data";
import { isFailure, type Server, type StoredAnswer } from "./server";

/** Say whether a kept draft simply goes on from what is stored. */
export function continues(
  draft: KeptDraft,
  stored: Pick<StoredAnswer, "revision" | "client_id">,
): boolean {
  // The same tab's own later save, whose answer never came back, is no stranger.
  return draft.base_revision === stored.revision || draft.client_id === stored.client_id;
}

/** Send the drafts of these questions; return the numbers of those that did not go. */
export async function replay(
  server: Server,
  device: Device,
  wanted: (position: number) => boolean,
): Promise<number[]> {
  const unsent = new Set<number>();
  for (const draft of device.drafts()) {
    if (wanted(draft.position) && !(await sent(server, device, draft))) unsent.add(draft.position);
  }
  return [...unsent].sort((a, b) => a - b);
}

async function sent(server: Server, device: Device, draft: KeptDraft): Promise<boolean> {
  const stored = await server.stored(draft.position);
  if (isFailure(stored)) return false;
  const open = stored.state === "started";
  if (stored.text === draft.text) {
    device.drop(draft);
    return true;
  }
  if (open && !continues(draft, stored)) return false;
  const reply = await server.save(draft.position, {
    text: draft.text,
    language: draft.language,
    base_revision: stored.revision,
    client_id: freshName(),
    client_seq: 1,
  });
  // After the end the server keeps it for the reviewer, and says that it is over.
  if (reply.kind !== "saved" && reply.kind !== "over") return false;
  device.drop(draft);
  return true;
}
