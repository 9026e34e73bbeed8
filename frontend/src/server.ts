/** The calls to the server, each answered by one value of a closed set. */

import { csrfToken, oneNewline } from "./page_data";

export type ClockFacts = {
  state: string;
  server_now: string;
  deadline: string | null;
  remaining_seconds: number;
  grace_seconds: number;
};

export type StoredAnswer = {
  text: string;
  language: string;
  revision: number;
  client_id: string;
  saved_at: string | null;
};

export type Draft = {
  text: string;
  language: string;
  base_revision: number;
  client_id: string;
  client_seq: number;
};

export type TrialFacts = {
  state: "none" | "queued" | "running" | "finished" | "failed";
  runs_used: number;
  runs_allowed: number;
  at?: string;
  ahead?: number;
  stage?: string;
  cases_checked?: number;
  cases?: number;
  pairs?: number;
  pairs_wanted?: number;
  verdict?: string;
  reason?: string;
  reason_language?: string;
  speedup?: number | null;
  low?: number | null;
  high?: number | null;
  device?: string;
  output?: string;
  output_cut?: boolean;
};

/** Why there is no good answer. `offline` and `fault` are worth another try. */
export type Failure =
  | { kind: "offline" }
  | { kind: "fault" }
  | { kind: "over"; clock: ClockFacts | null }
  | { kind: "too_long" }
  | { kind: "under_way" }
  | { kind: "used_up" }
  | { kind: "other_browser" }
  | { kind: "refused" };

export type SaveReply =
  | { kind: "saved"; revision: number; savedAt: string; changedCharacters: boolean; clock: ClockFacts; wait: number }
  | { kind: "conflict"; stored: StoredAnswer; clock: ClockFacts }
  | Failure;

const TIMEOUT_MS = 10_000;
const LARGEST_KEEPALIVE_BYTES = 60_000; // browsers allow 64 KiB for all such requests

type Answered = { response: Response; body: Record<string, unknown>; wait: number };

export class Server {
  constructor(private readonly uid: string) {}

  async save(position: number, draft: Draft): Promise<SaveReply> {
    const got = await this.call(`${position}/draft`, "PUT", JSON.stringify(draft));
    if ("kind" in got) return got;
    const { response, body, wait } = got;
    if (response.ok) {
      return {
        kind: "saved",
        revision: body["revision"] as number,
        savedAt: body["saved_at"] as string,
        changedCharacters: body["changed_characters"] as boolean,
        clock: body as unknown as ClockFacts,
        wait,
      };
    }
    if (body["code"] === "answer.conflict") {
      return {
        kind: "conflict",
        stored: storedOf(body),
        clock: body as unknown as ClockFacts,
      };
    }
    return failure(got);
  }

  /** The last save of a page that is going away; nobody waits for the answer. */
  saveLeaving(position: number, draft: Draft): void {
    const body = JSON.stringify(draft);
    const keepalive = new Blob([body]).size < LARGEST_KEEPALIVE_BYTES;
    fetch(this.address(`${position}/draft`), {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body,
      keepalive,
    }).catch(() => undefined); // it is kept on the device and sent by the next page
  }

  async stored(position: number): Promise<(StoredAnswer & ClockFacts) | Failure> {
    const got = await this.call(`${position}/draft`, "GET");
    if ("kind" in got) return got;
    return got.response.ok ? { ...(got.body as unknown as ClockFacts), ...storedOf(got.body) } : failure(got);
  }

  async clock(): Promise<(ClockFacts & { wait: number }) | Failure> {
    const got = await this.call("clock", "GET");
    if ("kind" in got) return got;
    return got.response.ok ? { ...(got.body as unknown as ClockFacts), wait: got.wait } : failure(got);
  }

  async startTrial(position: number, source: string): Promise<TrialFacts | Failure> {
    return trialOf(await this.call(`${position}/trial`, "POST", JSON.stringify({ source })));
  }

  async trial(position: number): Promise<TrialFacts | Failure> {
    return trialOf(await this.call(`${position}/trial`, "GET"));
  }

  private address(path: string): string {
    return `/a/${this.uid}/${path}`;
  }

  private async call(path: string, method: string, body?: string): Promise<Answered | Failure> {
    const started = performance.now();
    const headers: Record<string, string> = { Accept: "application/json" };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      headers["X-CSRFToken"] = csrfToken();
    }
    try {
      const response = await fetch(this.address(path), {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const wait = performance.now() - started;
      const type = response.headers.get("Content-Type") ?? "";
      const json = type.includes("json") ? ((await response.json()) as Record<string, unknown>) : {};
      return { response, body: json, wait };
    } catch {
      return { kind: "offline" };
    }
  }
}

export function isFailure(value: object): value is Failure {
  return "kind" in value;
}

function trialOf(got: Answered | Failure): TrialFacts | Failure {
  if ("kind" in got) return got;
  return got.response.ok ? (got.body as unknown as TrialFacts) : failure(got);
}

function failure({ response, body }: Answered): Failure {
  if (response.status >= 500 || response.status === 429) return { kind: "fault" };
  switch (body["code"]) {
    case "attempt.not_open":
      return { kind: "over", clock: "state" in body ? (body as unknown as ClockFacts) : null };
    case "attempt.other_browser":
      return { kind: "other_browser" };
    case "answer.too_long":
    case "request.too_large":
      return { kind: "too_long" };
    case "trial.under_way":
      return { kind: "under_way" };
    case "trial.used_up":
      return { kind: "used_up" };
    default:
      return { kind: "refused" };
  }
}

function storedOf(body: Record<string, unknown>): StoredAnswer {
  const stored = body as unknown as StoredAnswer;
  return {
    text: oneNewline(stored.text),
    language: stored.language,
    revision: stored.revision,
    client_id: stored.client_id,
    saved_at: stored.saved_at,
  };
}
