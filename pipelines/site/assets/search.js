// Finds an office by its name, diacritics or not. Without this script the same names stand in the list below, in groups.
(() => {
  const SHOWN = 8;
  const form = document.querySelector("form.search");
  const list = document.querySelector("[data-searched]");
  if (!form || !list) return;
  // đ is a letter of its own, not a d with a mark, so decomposing does not take it apart.
  const fold = (text) =>
    text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/\s+/g, " ").trim();
  const entries = [...list.querySelectorAll(".group")].flatMap((group) => {
    const place = group.querySelector("h2, h3").textContent.trim();
    // The letter over a part of an alphabet is no place; a district is ("an phuoc long thanh").
    const where = place.length > 1 ? place : "";
    return [...group.querySelectorAll("li a")].map((link) => {
      const name = fold(link.textContent);
      return { link, where, name, text: `${name} ${fold(where)}` };
    });
  });
  const input = form.querySelector("input");
  const found = form.querySelector(".found");
  const hits = form.querySelector(".hits");
  const rank = (entry, words) => (entry.name.split(" ").includes(words[0]) && entry.name.includes(words.join(" ")) ? 0 : 1);
  const show = () => {
    const words = fold(input.value).split(" ").filter(Boolean);
    const matched = words.length ? entries.filter(({ text }) => words.every((word) => text.includes(word))) : [];
    matched.sort((one, other) => rank(one, words) - rank(other, words));
    found.textContent = !words.length ? "" : matched.length
      ? form.dataset.count.replace("{n}", matched.length) : form.dataset.none;
    hits.replaceChildren(...matched.slice(0, SHOWN).map(({ link, where }) => {
      const item = document.createElement("li");
      const copy = link.cloneNode(true);
      if (where) copy.append(Object.assign(document.createElement("small"), { textContent: where }));
      item.append(copy);
      return item;
    }));
  };
  input.addEventListener("input", show);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    hits.querySelector("a")?.click();
  });
  form.hidden = false;
  show();
})();
