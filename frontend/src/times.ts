/** Times in the reader's own zone, with the zone's name. */

export function localMoment(at: Date, language: string): string {
  return new Intl.DateTimeFormat(language, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  }).format(at);
}

export function localTime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function showLocalMoments(root: ParentNode, language: string): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-moment]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    element.title = element.textContent ?? "";
    element.textContent = localMoment(at, language);
  }
}
