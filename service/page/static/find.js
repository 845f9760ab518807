// Suggests names while somebody types: a combobox after the ARIA Authoring Practices. Without it the forms still work.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const WAIT = 120; // milliseconds without a key

for (const input of document.querySelectorAll("input[data-suggest]")) makeCombobox(input);

function makeCombobox(input) {
  const list = document.createElement("ul");
  const told = document.createElement("span");
  list.id = `${input.id}-suggested`;
  list.className = "suggested";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  told.className = "unseen";
  told.setAttribute("role", "status");
  input.parentElement.append(list, told);
  const roles = { role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" };
  for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);

  let active = -1;
  let entities = [];
  let timer = 0;
  let asked = null;

  const close = () => {
    asked?.abort();
    clearTimeout(timer);
    entities = [];
    show();
  };
  const mark = (place) => {
    active = place;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === active)));
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    }
  };
  const show = () => {
    list.replaceChildren(...entities.map(option));
    list.hidden = entities.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark(-1);
  };
  const option = (entity, place) => {
    const item = document.createElement("li");
    const name = document.createElement("bdi");
    const about = document.createElement("small");
    item.id = `${list.id}-${place}`;
    item.setAttribute("role", "option");
    name.textContent = entity.name.replace(UNSEEN, "");
    const kind = entity.performers.length ? `${entity.kind} by ${entity.performers.join(", ")}` : entity.kind;
    about.textContent = [kind, entity.disambiguation].filter(Boolean).join(", ").replace(UNSEEN, "");
    item.append(name, " ", about);
    item.addEventListener("mousedown", (event) => event.preventDefault()); // the input keeps the focus
    item.addEventListener("click", () => choose(entity));
    return item;
  };
  const choose = (entity) => {
    close();
    if (input.dataset.suggest === "go") location.assign(`/${entity.kind}s/${encodeURIComponent(entity.id)}`);
    else {
      input.value = entity.id;
      input.form.requestSubmit();
    }
  };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const query = new URLSearchParams({ prefix: input.value.trim(), limit: "8" });
    if (input.dataset.kind) query.set("kind", input.dataset.kind);
    try {
      const answer = await fetch(`/v1/suggest?${query}`, { signal: asked.signal });
      entities = answer.ok ? await answer.json() : [];
      show();
      told.textContent = entities.length ? `${entities.length} suggestions, go through them with the arrow keys` : "Nobody of that name";
    } catch (error) {
      if (error.name !== "AbortError") close(); // the form works without suggestions
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (input.value.trim()) timer = setTimeout(ask, WAIT);
    else close();
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const last = entities.length - 1;
    if (event.key === "ArrowDown") mark(active < last ? active + 1 : 0);
    else if (event.key === "ArrowUp") mark(active > 0 ? active - 1 : last);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) choose(entities[active]);
    else return;
    event.preventDefault();
  });
}
