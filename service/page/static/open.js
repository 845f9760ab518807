// Fetches the sentences behind a term when it is opened. Without it, the link in it leads to them.
import { part } from "./part.js";

for (const details of document.querySelectorAll("details[data-open]")) {
  details.addEventListener("toggle", async () => {
    const place = details.querySelector(".opened");
    const link = place.querySelector("a");
    if (!details.open || "asked" in details.dataset) return;
    details.dataset.asked = "";
    place.setAttribute("aria-busy", "true");
    try {
      const sentences = await part(link.href, details.dataset.open);
      place.replaceChildren(...sentences.childNodes);
    } catch {
      delete details.dataset.asked; // the link is still there, and opening it again tries again
    }
    place.removeAttribute("aria-busy");
  });
}
