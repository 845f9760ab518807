// Shows who fits a taste while its sliders move. Without it, the button does.
import { part } from "./part.js";

const form = document.querySelector("#taste");
const WAIT = 200; // milliseconds without a move
let timer = 0;
let asked = null;

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target.type !== "range" && event.target.type !== "checkbox") return;
    clearTimeout(timer);
    timer = setTimeout(update, WAIT);
  });
}

async function update() {
  asked?.abort();
  asked = new AbortController();
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const address = `${form.getAttribute("action")}?${query}`;
  const answers = document.querySelector("#answers");
  answers.setAttribute("aria-busy", "true");
  try {
    const fresh = await part(address, "#answers", { signal: asked.signal });
    answers.replaceChildren(...fresh.childNodes);
    history.replaceState(null, "", address);
    const names = [...answers.querySelectorAll("h3")].map((heading) => heading.textContent.trim());
    document.querySelector("#told").textContent = names.length ? `${names.length} fit, first ${names.slice(0, 3).join(", ")}` : "Nobody fits";
  } catch (error) {
    if (error.name === "AbortError") return;
    document.querySelector("#told").textContent = "That did not work; the button tries again.";
  }
  answers.removeAttribute("aria-busy");
}
