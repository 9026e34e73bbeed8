/** Where an answer is written: a text area, with or without a code editor over it. */

export interface Field {
  text(): string;
  set(text: string): void;
  readOnly(on: boolean): void;
  focus(): void;
}

export class PlainField implements Field {
  constructor(
    private readonly area: HTMLTextAreaElement,
    onChange: () => void,
  ) {
    area.addEventListener("input", onChange);
  }

  text(): string {
    return this.area.value;
  }

  set(text: string): void {
    this.area.value = text;
  }

  readOnly(on: boolean): void {
    this.area.readOnly = on;
  }

  focus(): void {
    this.area.focus();
  }
}
