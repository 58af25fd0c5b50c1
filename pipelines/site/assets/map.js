// Colours the map of tiles by another indicator, period or scale, and keeps the choice in the address. The figures are in
// ban-do-so-lieu.js, words in the page. Without this script the map shows the leading indicator by its result.
(() => {
  const facts = globalThis.tthcMap,
    form = document.getElementById("chon");
  if (!facts || !form) return;
  const CLASSES = 5,
    VERDICTS = { m: "met", n: "not_met", u: "unclear", t: "tracked" };
  const NO_RATE = { c: "hidden", s: "hidden", m: "few", o: "nothing" };
  const at = (id) => document.getElementById(id),
    words = JSON.parse(at("loi").textContent);
  const format = new Intl.NumberFormat(document.documentElement.lang === "vi" ? "vi-VN" : "en-GB", {
    maximumFractionDigits: 20,
  });
  const tiles = new Map([...document.querySelectorAll("a[data-unit]")].map((one) => [one.dataset.unit, one]));
  const rows = new Map([...document.querySelectorAll("tr[data-unit]")].map((one) => [one.dataset.unit, one]));
  const fields = ["chi-tieu", "ky", "mau"].map(at);

  // A word of the figures: bound, number, verdict; or a point and the flag.
  const figureOf = (word) => {
    if (word.startsWith(".")) {
      const flag = word.slice(1);
      return { value: null, verdict: NO_RATE[flag] ?? "absent", text: words.flags[flag] ?? words.flags.none };
    }
    const [, bound, number, letter] = word.match(/^([<>]?)([\d.]+)([mnut])$/);
    return {
      value: Number(number),
      verdict: VERDICTS[letter],
      text: `${{ ">": "≥ ", "<": "≤ " }[bound] ?? ""}${format.format(Number(number))}%`,
    };
  };
  // Upper ends of five classes with about as many offices each; fewer where values are the same.
  const classesOf = (figures) => {
    const values = figures
      .map((one) => one.value)
      .filter((value) => value !== null)
      .sort((one, other) => one - other);
    const ends = Array.from(
      { length: CLASSES },
      (_, at) => values[Math.ceil(((at + 1) * values.length) / CLASSES) - 1],
    );
    return [...new Set(ends.filter((end) => end !== undefined))];
  };
  const signOf = (verdict) =>
    Object.assign(document.createElement("span"), {
      className: `sign ${verdict}`,
      ariaHidden: "true",
      textContent: words.signs[verdict] ?? "–",
    });
  const keyOf = (looks, ...inside) => {
    const one = Object.assign(document.createElement("span"), { className: `tile ${looks}` });
    one.append(...inside);
    return one;
  };
  const show = () => {
    const [code, period, by] = fields.map((field) => field.value);
    const figures = facts.values[code][period].split(" ").map(figureOf),
      ends = classesOf(figures);
    const counts = { met: 0, not_met: 0, other: 0 };
    figures.forEach(({ value, verdict, text }, number) => {
      const unit = facts.units[number],
        tile = tiles.get(unit),
        row = rows.get(unit);
      counts[verdict in counts ? verdict : "other"] += 1;
      const place = ends.findIndex((end) => value <= end);
      tile.className = `tile ${by === "thang" ? (value === null ? "" : `q${ends.length === 1 ? CLASSES : 1 + Math.round((place * (CLASSES - 1)) / (ends.length - 1))}`) : verdict}`;
      tile.querySelector(".what").textContent = text;
      tile.querySelector(".sign").replaceWith(signOf(verdict));
      tile.querySelector(".said").textContent = words.marks[verdict];
      row.cells[1].removeAttribute("data-at");
      row.cells[1].className = value === null ? "gone" : "";
      row.cells[1].textContent = text;
      row.cells[2].replaceChildren(signOf(verdict), ` ${words.marks[verdict]}`);
    });
    const title = `${fields[0].selectedOptions[0].textContent}, ${fields[1].selectedOptions[0].textContent}`;
    at("ban-do").textContent = title;
    at("bang-cua").textContent = title;
    at("tom-tat").textContent = words.counts
      .replace("{met}", counts.met)
      .replace("{not_met}", counts.not_met)
      .replace("{other}", counts.other);
    const kinds =
      by === "thang"
        ? ends.map((end, at) =>
            keyOf(
              `q${ends.length === 1 ? CLASSES : 1 + Math.round((at * (CLASSES - 1)) / (ends.length - 1))}`,
              `≤ ${format.format(end)}%`,
            ),
          )
        : ["met", "not_met", "tracked", "unclear"].map((verdict) =>
            keyOf(verdict, signOf(verdict), ` ${words.marks[verdict]}`),
          );
    at("chu-giai").replaceChildren(...[...kinds, keyOf("", words.no_figure)].flatMap((one) => [one, " "]));
    const hash = new URLSearchParams([
      ["chi-tieu", code],
      ["ky", period],
      ["mau", by],
    ]).toString();
    if (location.hash.slice(1) !== hash) history.replaceState(null, "", `#${hash}`);
    at("lien-ket").value = location.href;
    for (const link of document.querySelectorAll("a.language")) link.hash = hash;
  };
  const read = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) {
      const wanted = asked.get(field.id);
      field.value = [...field.options].some((one) => one.value === wanted) ? wanted : field.options[0].value;
    }
    show();
  };
  for (const field of fields) field.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", read);
  form.hidden = false;
  at("chia-se").hidden = false;
  read();
})();
