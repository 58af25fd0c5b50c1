// Lets a chart be taken as a PNG: the drawing with its looks, its title, and the words below that say whose figures it shows.
// The CSV beside it needs no script. Making a PNG of
// each chart with the pages would double their time and size (docs/site.md).
globalThis.tthcChart = (() => {
  const LOOKS = [
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "paint-order",
    "font-size",
    "font-weight",
    "font-style",
    "text-anchor",
    "opacity",
  ];
  const EDGE = 16,
    LINE = 20,
    SCALE = 2;

  // A copy that looks the same without the style sheet, within a margin for the labels that reach over its edge.
  const standalone = (svg, width, height) => {
    const copy = svg.cloneNode(true);
    const originals = [svg, ...svg.querySelectorAll("*")],
      copies = [copy, ...copy.querySelectorAll("*")];
    originals.forEach((one, at) => {
      const looks = getComputedStyle(one);
      if (looks.display === "none") copies[at].setAttribute("display", "none");
      else for (const name of LOOKS) copies[at].setAttribute(name, looks.getPropertyValue(name));
      copies[at].removeAttribute("class");
    });
    for (const [name, value] of Object.entries({ x: EDGE, width, height, overflow: "visible" }))
      copy.setAttribute(name, value);
    const around = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of Object.entries({
      width: width + 2 * EDGE,
      height,
      "font-family": getComputedStyle(svg).fontFamily,
    }))
      around.setAttribute(name, value);
    around.append(copy);
    return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(around))}`;
  };

  const wrapped = (pen, text, width) =>
    text.split(" ").reduce((lines, word) => {
      const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
      if (!lines.length || pen.measureText(longer).width > width) lines.push(word);
      else lines[lines.length - 1] = longer;
      return lines;
    }, []);

  // A canvas of the chart with a title above and a note below.
  const picture = async (svg, title, note) => {
    const { width, height } = svg.getBoundingClientRect();
    const image = new Image();
    image.src = standalone(svg, width, height);
    await image.decode();
    const canvas = document.createElement("canvas"),
      pen = canvas.getContext("2d");
    const family = getComputedStyle(svg).fontFamily,
      fonts = { title: `700 16px ${family}`, note: `12px ${family}` };
    pen.font = fonts.title;
    const titles = wrapped(pen, title, width);
    pen.font = fonts.note;
    const notes = wrapped(pen, note, width);
    const top = EDGE + titles.length * LINE + 6;
    canvas.width = SCALE * (width + 2 * EDGE);
    canvas.height = SCALE * (top + height + notes.length * LINE + 2 * EDGE);
    pen.scale(SCALE, SCALE);
    const looks = getComputedStyle(document.documentElement);
    pen.fillStyle = looks.getPropertyValue("--card");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, top, width + 2 * EDGE, height);
    const write = (lines, from, font, colour) => {
      pen.font = font;
      pen.fillStyle = looks.getPropertyValue(colour);
      lines.forEach((line, at) => pen.fillText(line, EDGE, from + (at + 1) * LINE - 4));
    };
    write(titles, EDGE - 4, fonts.title, "--ink");
    write(notes, top + height + EDGE / 2, fonts.note, "--soft");
    return canvas;
  };

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  const savePng = async (svg, title, note, name) =>
    (await picture(svg, title, note)).toBlob((blob) => save(blob, name), "image/png");

  const offer = (place) => {
    const svg = place.closest("figure").querySelector("svg.chart");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "PNG";
    button.setAttribute("aria-label", `PNG: ${place.dataset.title}`);
    button.addEventListener("click", () =>
      savePng(
        svg,
        [place.dataset.of, place.dataset.title].filter(Boolean).join(": "),
        place.dataset.note,
        `${place.dataset.name}.png`,
      ),
    );
    place.append(button);
  };
  document.querySelectorAll(".chart-take").forEach(offer);
  return { save, savePng };
})();
