// What stands out of sight at the sides.
() => [...document.querySelectorAll("main *, header *, footer *")].filter((e) => {
    if (e.closest(".unseen, .wide, .skip, svg") || !e.checkVisibility()) return false;
    const box = e.getBoundingClientRect();
    return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
}).map((e) => e.outerHTML.slice(0, 120))
