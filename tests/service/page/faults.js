// What is wrong with a page for those who cannot see it or use no mouse, by rules of WCAG 2.2 that can be checked.
() => {
    const faults = [];
    const all = (selector) => [...document.querySelectorAll(selector)];
    const shown = (e) => e.outerHTML.slice(0, 120);
    const nameOf = (e) => (e.getAttribute("aria-label")
        || (e.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent).join(" ").trim()
        || [...(e.labels || [])].map((label) => label.textContent).join(" ").trim());
    for (const e of all("input:not([type=hidden]), select, textarea")) if (!nameOf(e)) faults.push(`no label: ${shown(e)}`);
    for (const e of all("a[href], button, summary")) if (!nameOf(e) && !e.textContent.trim()) faults.push(`no name: ${shown(e)}`);
    for (const e of all("img")) if (!e.hasAttribute("alt")) faults.push(`no alternative: ${shown(e)}`);
    for (const e of all("svg")) if (e.getAttribute("aria-hidden") !== "true" && !(e.getAttribute("role") === "img" && nameOf(e)))
        faults.push(`no alternative: ${shown(e)}`);
    for (const e of all("[aria-labelledby], [aria-describedby], [aria-controls], label[for]"))
        for (const name of ["aria-labelledby", "aria-describedby", "aria-controls", "for"])
            for (const id of (e.getAttribute(name) || "").split(" ").filter(Boolean))
                if (!document.getElementById(id)) faults.push(`${name} names nothing: ${shown(e)}`);
    const ids = all("[id]").map((e) => e.id);
    for (const id of new Set(ids)) if (ids.filter((each) => each === id).length > 1) faults.push(`id twice: ${id}`);
    let level = 0;
    for (const e of all("h1, h2, h3, h4, h5, h6")) {
        const next = Number(e.tagName[1]);
        if (next > level + 1) faults.push(`heading of level ${next} after ${level}: ${shown(e)}`);
        level = next;
    }
    for (const [selector, n] of [["main", 1], ["body > header", 1], ["body > footer", 1], ["form[role=search]", 1], ["h1", 1]])
        if (all(selector).length !== n) faults.push(`${all(selector).length} of ${selector}`);
    for (const e of all("nav")) if (!nameOf(e)) faults.push(`no name: ${shown(e)}`);
    for (const e of all("table")) if (!e.querySelector("th[scope]")) faults.push(`no headings: ${shown(e)}`);
    for (const e of all("[tabindex]")) if (e.tabIndex > 0) faults.push(`order of its own: ${shown(e)}`);
    if (!document.documentElement.lang) faults.push("no language");
    return faults;
}
