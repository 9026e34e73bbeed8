/**
 * The tabs of one sitting in one browser. The tab that writes says so, and another
 * one that shows the same question becomes read-only. What this cannot see (another
 * window's storage, a missing BroadcastChannel) the server's revisions catch.
 */

type Message =
  | { type: "writing"; position: number; from: string }
  | { type: "who"; from: string }
  | { type: "here"; position: number; from: string };

const ANSWER_WITHIN_MS = 250;

export class Tabs {
  private readonly channel: BroadcastChannel | null;
  private readonly others = new Set<number>();

  constructor(
    uid: string,
    private readonly name: string,
    private readonly position: number | null,
    onOtherWrites: () => void = () => undefined,
  ) {
    this.channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(`inferview.${uid}`) : null;
    this.channel?.addEventListener("message", (event: MessageEvent<Message>) => {
      const message = event.data;
      if (message.from === this.name) return;
      if (message.type === "writing" && message.position === this.position) onOtherWrites();
      if (message.type === "who" && this.position !== null) {
        this.send({ type: "here", position: this.position, from: this.name });
      }
      if (message.type === "here") this.others.add(message.position);
    });
  }

  saysWriting(): void {
    if (this.position !== null) this.send({ type: "writing", position: this.position, from: this.name });
  }

  /** The questions that other tabs show at this moment. */
  async openElsewhere(): Promise<ReadonlySet<number>> {
    this.others.clear();
    this.send({ type: "who", from: this.name });
    await new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS));
    return this.others;
  }

  private send(message: Message): void {
    this.channel?.postMessage(message);
  }
}
