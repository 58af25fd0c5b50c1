// The page of exploring: reads a published table (Parquet, from beside the pages), shows the rows that fit, in pages, and
// keeps the whole question in the address, so that a link shows the same again. Questions are answered by
// explore-query.js, charts drawn by explore-chart.js. Without this script the page offers the files.
(() => {
  const form = document.getElementById("kham-pha"),
    facts = globalThis.tthcExplore,
    query = globalThis.tthcQuery;
  if (!form || !facts) return;
  const PAGE = 50,
    CHOICES = 400,
    COUNT = "so_dong",
    SUM = "tong_";
  const lang = document.documentElement.lang,
    root = form.dataset.root;
  const at = (id) => document.getElementById(id);
  const say = (code, blanks = {}) => facts.words[code].replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
  const format = new Intl.NumberFormat(lang === "vi" ? "vi-VN" : "en-GB", { maximumFractionDigits: 20 });
  const protectedOnes = new Set(facts.protected);
  const loaded = new Map();
  let state, table, facts1, described;

  const make = (tag, looks = {}, ...inside) => {
    const { label, ...rest } = looks;
    const one = Object.assign(document.createElement(tag), rest);
    if (label) one.setAttribute("aria-label", label);
    one.append(...inside);
    return one;
  };
  const choose = (select, options, value) => {
    select.replaceChildren(...options.map(([code, name]) => make("option", { value: code, textContent: name })));
    select.value = options.some(([code]) => code === value) ? value : (options[0]?.[0] ?? "");
  };

  // The question and its words in the address: bang, loc, xep, cot, nhom, ve, trang.
  const read = (text) => {
    const given = new URLSearchParams(text);
    const known = facts.tables.some((one) => one.name === given.get("bang"));
    const name = known ? given.get("bang") : facts.start.table;
    const asked = !known && name === facts.start.table ? new URLSearchParams(facts.start.question) : given;
    const [kind = "", label = "", value = ""] = (asked.get("ve") ?? "").split(".");
    return {
      table: name,
      sort: asked.get("xep") ?? "",
      columns: asked.getAll("cot"),
      by: asked.getAll("nhom"),
      chart: { kind, label, value },
      page: Math.max(1, Number(asked.get("trang")) || 1),
      conditions: asked.getAll("loc").map((one) => {
        const [column, how, ...value] = one.split(".");
        return { column, how, value: value.join(".") };
      }),
    };
  };
  const written = () => {
    const said = new URLSearchParams([["bang", state.table]]);
    for (const { column, how, value } of state.conditions) said.append("loc", `${column}.${how}.${value}`);
    if (state.sort) said.append("xep", state.sort);
    for (const name of state.columns) said.append("cot", name);
    for (const name of state.by) said.append("nhom", name);
    if (state.chart.kind) said.append("ve", [state.chart.kind, state.chart.label, state.chart.value].join("."));
    if (state.page > 1) said.append("trang", state.page);
    return said.toString();
  };

  // What a reader sees of a cell.
  const nameOf = (column, cell) =>
    cell === null
      ? ""
      : (facts.names[column.names]?.[cell] ?? (column.type === "boolean" ? say(cell ? "yes" : "no") : `${cell}`));
  const short = (title) => title.split(/[;:]/)[0]; // what follows explains
  const titleOf = (name) =>
    name === COUNT
      ? say("count")
      : name.startsWith(SUM) && !described[name]
        ? say("sum", { name: short(described[name.slice(SUM.length)].title) })
        : short(described[name].title);
  const isCount = (name) => described[name]?.role === "count";
  // Unless somebody chose: not the flags, nor what a condition holds to one value.
  const isFixed = (name) => state.conditions.filter((one) => one.column === name && one.how === "la").length === 1;
  const shownColumns = () =>
    state.columns.length
      ? state.columns
      : facts1.columns.filter((one) => !one.hidden && !isFixed(one.name)).map((one) => one.name);
  const isProtected = (row) =>
    facts1.disclosure === "by_indicator" &&
    table.columns.pham_vi?.[row] !== "tinh" &&
    protectedOnes.has(`${table.columns.ma_chi_tieu[row]}~${table.columns.cach_tinh[row]}`);

  const cellOf = (column, row) => {
    const value = table.columns[column.name][row];
    const flag = column.flag ? table.columns[column.flag][row] : null;
    if (value === null)
      return flag
        ? make("td", { className: "gone", textContent: facts.flags[flag] ?? flag })
        : make("td", { className: "gone" });
    if (!query.isNumber(column) || column.type === "boolean")
      return make("td", { className: "place", textContent: column.coded ? `${value}` : nameOf(column, value) });
    const sign =
      column.percent && column.role === "rate" ? ({ ">=": "≥ ", "<=": "≤ " }[table.columns.dau?.[row]] ?? "") : "";
    const cell = make("td", { textContent: `${sign}${format.format(value)}${column.percent ? "%" : ""}` });
    if (flag) cell.append(" ", make("small", { textContent: facts.flags[flag] ?? flag }));
    return cell;
  };
  const sumCell = ({ sum, missing, why, columns }) => {
    if (why || sum === null)
      return make("td", {
        className: "gone",
        textContent: why ? say(`short_${why}`, { columns: (columns ?? []).map(titleOf).join(", ") }) : "–",
      });
    const cell = make("td", { textContent: format.format(sum) });
    if (missing) cell.append(" ", make("small", { textContent: say("missing", { n: format.format(missing) }) }));
    return cell;
  };

  // The answer: lines of the table on the page, each with its cells, and values for charts and CSV.
  const answer = () => {
    const rows = query.filter(table, state.conditions, described, nameOf);
    const down = state.sort.startsWith("-"),
      by = state.sort.replace(/^-/, "");
    if (!state.by.length) {
      const column = described[by];
      const value = (row) =>
        column.names && !column.coded ? nameOf(column, table.columns[by][row]) : table.columns[by][row];
      return { rows, columns: shownColumns(), lines: column ? query.order(rows, value, down) : rows };
    }
    const counts = facts1.columns.filter((one) => one.role === "count").map((one) => one.name);
    const sums = facts1.adds.length ? counts : [];
    const groups = query.group(table, rows, state.by, sums, facts1, isProtected);
    const columns = [...state.by, COUNT, ...sums.map((name) => SUM + name)];
    const value = (one) =>
      by === COUNT
        ? one.rows.length
        : by.startsWith(SUM) && !described[by]
          ? (one.sums[by.slice(SUM.length)]?.sum ?? null)
          : nameOf(described[by], one.values[state.by.indexOf(by)]);
    return { rows, columns, lines: columns.includes(by) ? query.order(groups, value, down) : groups, sums };
  };
  const lineCells = (line, columns) =>
    state.by.length
      ? [
          ...state.by.map((name, i) =>
            make("td", { className: "place", textContent: nameOf(described[name], line.values[i]) || "–" }),
          ),
          make("td", { textContent: format.format(line.rows.length) }),
          ...columns.slice(state.by.length + 1).map((name) => sumCell(line.sums[name.slice(SUM.length)])),
        ]
      : columns.map((name) => cellOf(described[name], line));
  const valueOf = (line, name) =>
    !state.by.length
      ? table.columns[name][line]
      : name === COUNT
        ? line.rows.length
        : (line.sums[name.slice(SUM.length)]?.sum ?? null);
  const labelOf = (line, name) =>
    state.by.length
      ? state.by.map((one, i) => nameOf(described[one], line.values[i])).join(" · ")
      : nameOf(described[name], table.columns[name][line]);

  // The CSV of the answer: whole rows of the published table, word for word, or the groups. du_lieu always goes with it.
  const last = () => facts1.columns.at(-1).name;
  const csvOf = ({ columns, lines, rows }) => {
    if (state.by.length) {
      const kinds = [...new Set(rows.map((row) => table.columns[last()][row]))].join(";");
      return query.csv([
        [...columns, last()],
        ...lines.map((line) => [
          ...line.values.map((one) => `${one ?? ""}`),
          `${line.rows.length}`,
          ...columns.slice(state.by.length + 1).map((name) => `${line.sums[name.slice(SUM.length)].sum ?? ""}`),
          kinds,
        ]),
      ]);
    }
    // A figure goes nowhere without its flag and sign.
    const whole = facts1.columns
      .map((one) => one.name)
      .filter(
        (name) =>
          name === last() ||
          columns.includes(name) ||
          columns.some((one) => described[one].flag === name) ||
          (name === "dau" && columns.some((one) => described[one].role === "rate")),
      );
    return query.csv([
      whole,
      ...lines.map((row) => whole.map((name) => query.cellText(table.columns[name][row], described[name].type))),
    ]);
  };

  const show = () => {
    const found = answer();
    const pages = Math.max(1, Math.ceil(found.lines.length / PAGE));
    state.page = Math.min(state.page, pages);
    const from = (state.page - 1) * PAGE;
    const [direction, sorted] = [state.sort.startsWith("-") ? "descending" : "ascending", state.sort.replace(/^-/, "")];
    const heads = found.columns.map((name) => {
      const button = make("button", {
        type: "button",
        textContent: titleOf(name),
        title: described[name]?.title ?? "",
      });
      button.addEventListener("click", () =>
        change({ sort: sorted === name && direction === "ascending" ? `-${name}` : name, page: 1 }),
      );
      const counted =
        name === COUNT ||
        name.startsWith(SUM) ||
        (query.isNumber(described[name]) && described[name].type !== "boolean");
      const head = make("th", { scope: "col", className: counted ? "n" : "" }, button);
      if (name === sorted) head.setAttribute("aria-sort", direction);
      return head;
    });
    const result = at("ket-qua");
    const refocus = result.tHead?.contains(document.activeElement)
      ? [...result.tHead.querySelectorAll("button")].indexOf(document.activeElement)
      : -1;
    result.tHead?.remove();
    result.createTHead().append(make("tr", {}, ...heads));
    if (refocus >= 0) result.tHead.querySelectorAll("button")[refocus]?.focus();
    result.tBodies[0].replaceChildren(
      ...found.lines.slice(from, from + PAGE).map((line) => make("tr", {}, ...lineCells(line, found.columns))),
    );
    at("bang-ket-qua").textContent = facts1.title;
    at("tinh-trang").textContent = say(state.by.length ? "found_groups" : "found", {
      n: format.format(found.rows.length),
      all: format.format(table.rows),
      groups: format.format(found.lines.length),
      from: format.format(Math.min(from + 1, found.lines.length)),
      to: format.format(Math.min(from + PAGE, found.lines.length)),
    });
    at("cong").textContent = !state.by.length
      ? ""
      : say(facts1.adds.length ? "adds" : facts1.disclosure === "sdc1" ? "adds_protected" : "adds_never", {
          columns: facts1.adds.map(titleOf).join(", "),
        });
    at("trang-nao").textContent = say("page", { page: format.format(state.page), pages: format.format(pages) });
    at("truoc").disabled = state.page === 1;
    at("sau").disabled = state.page === pages;
    draw(found);
    const hash = written();
    if (location.hash.slice(1) !== hash) history.replaceState(null, "", `#${hash}`);
    at("lien-ket").value = location.href;
    for (const link of document.querySelectorAll("a.language")) link.hash = hash;
    at("tai").onclick = () =>
      globalThis.tthcChart.save(
        new Blob([csvOf(found)], { type: "text/csv;charset=utf-8" }),
        `${state.table}-${state.by.length ? "nhom" : "loc"}.csv`,
      );
    at("ket").hidden = false;
    document.documentElement.dataset.shown = hash;
  };

  const draw = (found) => {
    const numbers = state.by.length
      ? found.columns.slice(state.by.length)
      : facts1.columns
          .filter(
            (one) =>
              ["count", "rate", "target"].includes(one.role) ||
              (one.role === "label" && ["integer", "number"].includes(one.type)),
          )
          .map((one) => one.name);
    const labels = state.by.length
      ? []
      : facts1.columns
          .filter((one) => one.type === "string" && one.role !== "flag" && one.name !== last())
          .map((one) => one.name);
    at("ve-gi").hidden = !state.chart.kind;
    at("ve-nhan-cho").hidden = state.by.length > 0;
    choose(
      at("ve"),
      [
        ["", say("chart_none")],
        ["thanh", say("chart_bars")],
        ["duong", say("chart_line")],
      ],
      state.chart.kind,
    );
    choose(
      at("ve-so"),
      numbers.map((name) => [name, titleOf(name)]),
      state.chart.value,
    );
    choose(
      at("ve-nhan"),
      labels.map((name) => [name, titleOf(name)]),
      state.chart.label,
    );
    Object.assign(state.chart, { value: at("ve-so").value, label: state.by.length ? "" : at("ve-nhan").value });
    at("hinh").replaceChildren();
    if (!state.chart.kind || !state.chart.value) return;
    const { value, label } = state.chart;
    const column = described[value] ?? {};
    const title = state.by.length
      ? `${titleOf(value)}: ${state.by.map(titleOf).join(", ")}`
      : `${titleOf(value)}: ${titleOf(label)}`;
    const marks = found.lines.map((line) => ({ label: labelOf(line, label), value: valueOf(line, value) }));
    globalThis.tthcDraw(at("hinh"), state.chart.kind, marks, {
      title: `${facts1.title}. ${title}`,
      percent: column.percent && column.role !== "label",
      format: (number) => `${format.format(number)}${column.percent ? "%" : ""}`,
      say,
      note: form.dataset.note,
      name: `${state.table}-${value}`,
    });
  };

  // Conditions: which column, how, and with what; a choice of what there is where that is not too much.
  const conditionRow = (condition, number) => {
    const ways = (name) =>
      (query.isNumber(described[name]) && described[name].type !== "boolean") || described[name].type === "date"
        ? ["tu", "den", "la", "khac", "co", "trong"]
        : ["la", "khac", "chua", "co", "trong"];
    const which = make("select", { label: say("which", { n: number + 1 }) }),
      how = make("select", { label: say("how", { n: number + 1 }) });
    choose(
      which,
      facts1.columns.map((one) => [one.name, one.title]),
      condition.column,
    );
    choose(
      how,
      ways(condition.column).map((one) => [one, say(`how_${one}`)]),
      condition.how,
    );
    const set = (changes) => {
      state.conditions[number] = { ...state.conditions[number], ...changes };
      state.page = 1;
      conditions();
      show();
    };
    which.addEventListener("change", () => {
      set({ column: which.value, how: ways(which.value)[0], value: firstOf(which.value) });
      focusOn(number, 0);
    });
    how.addEventListener("change", () => {
      set({ how: how.value });
      focusOn(number, 1);
    });
    const parts = [which, how];
    if (!["co", "trong"].includes(condition.how)) {
      const value = valueField(condition, say("value", { n: number + 1 }));
      value.addEventListener(value.tagName === "SELECT" ? "change" : "input", () => {
        state.conditions[number].value = value.value;
        state.page = 1;
        show();
      });
      parts.push(value);
    }
    const drop = make("button", { type: "button", textContent: "×", label: say("drop", { n: number + 1 }) });
    drop.addEventListener("click", () => {
      state.conditions.splice(number, 1);
      state.page = 1;
      conditions();
      show();
      at("them").focus();
    });
    return make("li", {}, ...parts, drop);
  };
  const focusOn = (number, part) => at("dieu-kien").children[number].children[part].focus();
  const choicesOf = (name) => {
    const values = [...new Set(table.columns[name])].filter((value) => value !== null);
    const column = described[name];
    return values.length > CHOICES || (query.isNumber(column) && column.type !== "boolean") || column.type === "date"
      ? null
      : query.order(
          values.map((value) => [
            `${value}`,
            column.coded ? `${facts.names[column.names]?.[value] ?? ""} (${value})` : nameOf(column, value),
          ]),
          ([, shown]) => shown,
          false,
        );
  };
  const firstOf = (name) => choicesOf(name)?.[0]?.[0] ?? "";
  const valueField = ({ column, how, value }, label) => {
    const choices = how === "chua" ? null : choicesOf(column);
    if (choices) {
      const select = make("select", { label });
      choose(select, choices.some(([code]) => code === value) ? choices : [[value, value], ...choices], value);
      return select;
    }
    const type =
      described[column].type === "date"
        ? "date"
        : query.isNumber(described[column]) && how !== "chua"
          ? "number"
          : "text";
    return make("input", { type, value, label, ...(type === "number" ? { step: "any" } : {}) });
  };
  const conditions = () => at("dieu-kien").replaceChildren(...state.conditions.map(conditionRow));

  const controls = () => {
    at("bang").value = state.table;
    at("mo-ta").textContent = facts1.about;
    conditions();
    const columns = facts1.columns.map((one) => [one.name, one.title]);
    choose(at("nhom-1"), [["", say("no_group")], ...columns], state.by[0] ?? "");
    choose(at("nhom-2"), [["", "–"], ...columns], state.by[1] ?? "");
    at("nhom-2").disabled = !state.by.length;
    at("cot-nao").hidden = state.by.length > 0;
    const shown = new Set(shownColumns());
    at("cot").replaceChildren(
      ...facts1.columns.map((one) => {
        const box = make("input", { type: "checkbox", value: one.name, checked: shown.has(one.name) });
        return make("label", {}, box, ` ${one.title}`);
      }),
    );
  };
  const change = (changes) => {
    Object.assign(state, changes);
    show();
  };

  // What cannot be of this table is left out of the question, so that a link from another edition still shows something.
  const fitting = () => {
    const has = (name) => name in described;
    state.conditions = state.conditions.filter(
      (one) => has(one.column) && ["la", "khac", "chua", "tu", "den", "trong", "co"].includes(one.how),
    );
    state.columns = state.columns.filter(has);
    state.by = state.by.filter(has).slice(0, 2);
  };
  const open = async (text) => {
    state = read(text);
    facts1 = facts.tables.find((one) => one.name === state.table);
    described = Object.fromEntries(facts1.columns.map((one) => [one.name, one]));
    fitting();
    at("tinh-trang").textContent = say("loading", { size: format.format(Math.ceil(facts1.bytes / 1000)) });
    try {
      if (!loaded.has(state.table)) {
        const asked = await fetch(`${root}du-lieu/${facts1.file}`);
        if (!asked.ok) throw new Error(asked.status);
        loaded.set(state.table, query.tableOf(await globalThis.tthcParquet.columnsOf(await asked.arrayBuffer())));
      }
    } catch {
      at("tinh-trang").textContent = say(location.protocol === "file:" ? "from_disk" : "failed");
      form.hidden = true;
      at("ket").hidden = true;
      return;
    }
    table = loaded.get(state.table);
    form.hidden = false;
    controls();
    show();
  };

  choose(
    at("bang"),
    facts.tables.map((one) => [one.name, one.title]),
    facts.start.table,
  );
  at("bang").addEventListener("change", () => open(new URLSearchParams([["bang", at("bang").value]]).toString()));
  at("them").addEventListener("click", () => {
    const column = facts1.columns.find((one) => !one.hidden).name;
    state.conditions.push({ column, how: "la", value: firstOf(column) });
    state.page = 1;
    conditions();
    show();
    focusOn(state.conditions.length - 1, 0);
  });
  for (const id of ["nhom-1", "nhom-2"])
    at(id).addEventListener("change", () => {
      const by = [...new Set([at("nhom-1").value, at("nhom-1").value && at("nhom-2").value])].filter(Boolean);
      Object.assign(state, { by, page: 1, sort: "" });
      controls();
      show();
      at(id).focus();
    });
  at("cot").addEventListener("change", () =>
    change({ columns: [...at("cot").querySelectorAll(":checked")].map((box) => box.value) }),
  );
  at("ve").addEventListener("change", () => change({ chart: { ...state.chart, kind: at("ve").value } }));
  at("ve-so").addEventListener("change", () => change({ chart: { ...state.chart, value: at("ve-so").value } }));
  at("ve-nhan").addEventListener("change", () => change({ chart: { ...state.chart, label: at("ve-nhan").value } }));
  at("truoc").addEventListener("click", () => change({ page: state.page - 1 }));
  at("sau").addEventListener("click", () => change({ page: state.page + 1 }));
  at("lam-lai").addEventListener("click", () => open(""));
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => open(location.hash.slice(1)));
  open(location.hash.slice(1));
})();
