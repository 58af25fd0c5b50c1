// Charts of what was asked for, with the looks of the site's own (site.css): bars of the first rows, or a line through them
// in the order of the table. Rows without a number are left out of bars and interrupt a line.
globalThis.tthcDraw = (() => {
  const BARS = 40,
    POINTS = 240,
    BAR = 50,
    TOP = 26,
    PLOT = 190,
    LABELS = 12;
  const add = (to, tag, looks, text) => {
    const one = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(looks)) one.setAttribute(name, value);
    if (text !== undefined) one.textContent = text;
    to.append(one);
    return one;
  };
  const start = (kind, height, title, about) => {
    const svg = add(document.createDocumentFragment(), "svg", {
      class: `chart ${kind}`,
      role: "img",
      width: "100%",
      height,
      focusable: "false",
      "aria-labelledby": "hinh-t hinh-d",
    });
    add(svg, "title", { id: "hinh-t" }, title);
    add(svg, "desc", { id: "hinh-d" }, about);
    return svg;
  };
  const bars = (marks, { title, percent, say }) => {
    const shown = marks.filter((one) => one.value !== null).slice(0, BARS);
    const most = percent ? 100 : Math.max(...shown.map((one) => one.value), 1);
    const svg = start("bars", shown.length * BAR + 8, title, say("chart_about"));
    shown.forEach(({ label, text, value }, at) => {
      const y = at * BAR;
      add(svg, "text", { class: "name", x: 0, y: y + 18 }, label());
      add(svg, "text", { class: "amount", x: "100%", y: y + 18 }, text());
      add(svg, "rect", { class: "track", x: 0, y: y + 26, width: "100%", height: 12, rx: 3 });
      add(svg, "rect", {
        class: "bar own",
        x: 0,
        y: y + 26,
        width: `${Math.max(0, Math.min(100, (100 * value) / most))}%`,
        height: 12,
        rx: 3,
      });
    });
    return [svg, shown.length];
  };
  const line = (marks, { title, percent, format, say }) => {
    const shown = marks.slice(0, POINTS),
      values = shown.map((one) => one.value).filter((value) => value !== null);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const gap = (most - least) * 0.1 || 1;
    const low = Math.max(0, least - gap),
      high = percent ? Math.min(100, most + gap) : most + gap;
    const svg = start("trend", TOP + PLOT + 40, title, say("chart_about"));
    const x = (at) => `${12 + 82 * (at / Math.max(1, shown.length - 1))}%`,
      y = (value) => TOP + (PLOT * (high - value)) / (high - low || 1);
    for (const value of [low, (low + high) / 2, high]) {
      add(svg, "line", { class: "grid", x1: 0, x2: "100%", y1: y(value), y2: y(value) });
      add(svg, "text", { class: "scale", x: 0, y: y(value) - 4 }, format(Math.round(value * 100) / 100));
    }
    shown.forEach(({ value }, at) => {
      const next = shown[at + 1]?.value ?? null;
      if (value !== null && next !== null)
        add(svg, "line", { class: "run", x1: x(at), y1: y(value), x2: x(at + 1), y2: y(next) });
    });
    const step = Math.ceil(shown.length / LABELS);
    shown.forEach(({ label, text, value }, at) => {
      if (value !== null && shown.length <= 60) add(svg, "circle", { class: "dot", cx: x(at), cy: y(value), r: 4 });
      if (value !== null && shown.length <= LABELS)
        add(
          svg,
          "text",
          { class: `value${(shown.length - 1 - at) % 2 ? " odd" : ""}`, x: x(at), y: y(value) - 10 },
          text(),
        );
      const odd = Math.floor(at / step) % 2;
      if (at % step === 0)
        add(svg, "text", { class: `tick${odd ? " odd" : ""}`, x: x(at), y: TOP + PLOT + 20 + (odd ? 14 : 0) }, label());
    });
    return [svg, shown.length];
  };
  return (place, kind, marks, how) => {
    if (!marks.some((one) => one.value !== null)) {
      place.append(
        Object.assign(document.createElement("p"), { className: "note", textContent: how.say("chart_empty") }),
      );
      return;
    }
    const [svg, drawn] = (kind === "duong" ? line : bars)(marks, how);
    const caption = document.createElement("figcaption"),
      strong = document.createElement("strong");
    strong.textContent = how.title;
    caption.append(strong);
    const left = kind === "duong" ? marks.length - drawn : marks.filter((one) => one.value !== null).length - drawn;
    if (left > 0) caption.append(how.say("chart_left", { n: left }));
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "PNG" });
    button.setAttribute("aria-label", `PNG: ${how.title}`);
    button.addEventListener("click", () => globalThis.tthcChart.savePng(svg, how.title, how.note, `${how.name}.png`));
    const take = Object.assign(document.createElement("p"), { className: "chart-take-own" });
    take.append(button);
    place.append(caption, svg, take);
  };
})();
