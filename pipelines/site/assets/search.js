// Finds a page by what people type: without diacritics, abbreviated, by code, or with one letter wrong. The entries are in
// tim-vi.js and tim-en.js. Without this script the same names stand in the list below, in groups.
(() => {
  const SHOWN = 8;
  const form = document.querySelector("form.search");
  const pages = globalThis.tthcPages;
  if (!form || !pages) return;
  // đ is a letter of its own, not a d with a mark, so decomposing does not take it apart.
  const fold = (text) =>
    text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
  const split = (text) => fold(text).replace(/[^a-z0-9&]+/g, " ").trim().split(" ").filter(Boolean);
  // What people write for the kind of an office. One letter alone may also be the beginning of a word.
  const SHORT = { tp: "thanh pho", tx: "thi xa", tt: "thi tran" };
  const LETTER = { h: "huyen", p: "phuong", q: "quan", x: "xa" };
  const asked = (text) => {
    const said = split(text).join(" ").replace(/\b(uy ban nhan dan|ubnd)\b/g, " ").trim() || split(text).join(" ");
    const words = said.split(" ").filter(Boolean);
    return words.flatMap((word, at) =>
      (SHORT[word] ?? (at < words.length - 1 && LETTER[word] ? LETTER[word] : word)).split(" "));
  };
  const entries = pages.map(([kind, name, beside, code, address]) => {
    const words = split(name);
    const initials = words.filter((word) => word !== "va" && word !== "&").map((word) => word[0]).join("");
    return { kind, name, beside, code: fold(code), address, words, around: split(beside), initials, text: words.join(" ") };
  });
  // One letter added, left out, changed, or two changed about.
  const near = (one, other) => {
    if (Math.abs(one.length - other.length) > 1) return false;
    let at = 0;
    while (at < one.length && one[at] === other[at]) at += 1;
    const [a, b] = [one.slice(at), other.slice(at)];
    return a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1)
      || (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2));
  };
  const place = (word, entry) => {
    if (entry.words.includes(word)) return 0;
    if (entry.words.some((one) => one.startsWith(word))) return 1;
    if (entry.around.some((one) => one.startsWith(word))) return 2;
    if (word.length > 2 && entry.initials.includes(word.replace("&", ""))) return 2;
    return word.length > 2 && entry.text.includes(word) ? 3 : Infinity;
  };
  const slip = (words) => (word, entry) => {
    const exact = place(word, entry);
    const sure = word.length > 3 || (word.length > 2 && words.some((one) => one !== word && one.length > 2));
    if (exact < Infinity || !sure) return exact;
    return [...entry.words, ...entry.around].some((one) => one.length > 2 && near(word, one)) ? 5 : Infinity;
  };
  const rank = (entry, words, typed, how) => {
    if (entry.code && /\d|_/.test(typed) && entry.code.startsWith(typed)) return entry.code === typed ? -9 : -8;
    const sum = words.reduce((total, word) => total + how(word, entry), 0);
    const phrase = ` ${entry.text} `.includes(` ${words.join(" ")} `) ? -2 : 0;
    return sum + phrase + (entry.kind === form.dataset.first ? 0 : 0.5);
  };
  const find = (text) => {
    const words = asked(text);
    const typed = fold(text).replace(/\s+/g, "");
    const by = (how) => entries.map((entry) => [rank(entry, words, typed, how), entry])
      .filter(([found]) => found < Infinity).sort(([one], [other]) => one - other).map(([, entry]) => entry);
    if (!words.length) return [];
    const exact = by(place);
    return exact.length ? exact : by(slip(words));
  };
  const input = form.querySelector("input");
  const found = form.querySelector(".found");
  const hits = form.querySelector(".hits");
  const show = () => {
    const matched = find(input.value);
    found.textContent = !split(input.value).length ? "" : matched.length
      ? form.dataset.count.replace("{n}", matched.length) : form.dataset.none;
    hits.replaceChildren(...matched.slice(0, SHOWN).map(({ name, beside, address, kind }) => {
      const link = document.createElement("a");
      link.href = form.dataset.root + address;
      link.append(Object.assign(document.createElement("span"), { textContent: name }));
      if (kind === "don-vi" || kind === "linh-vuc") link.firstChild.lang = "vi";
      if (beside) link.append(Object.assign(document.createElement("small"), { textContent: beside }));
      const item = document.createElement("li");
      item.append(link);
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
