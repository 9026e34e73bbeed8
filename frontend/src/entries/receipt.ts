/** The receipt: printing, and sending what came too late to where a reviewer sees it. */

import { Device } from "../device";
import { pageData } from "../page_data";
import { replay } from "../replay";
import { Server } from "../server";

const { uid } = pageData<{ uid: string }>("facts");
const print = document.querySelector<HTMLButtonElement>("#print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
void replay(new Server(uid), new Device(uid), () => true);
