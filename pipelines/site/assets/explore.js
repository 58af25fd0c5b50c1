// The page of exploring: reads a published table (Parquet, from beside the pages), shows the rows that fit, in pages, and
// keeps the whole question in the address, so that a link shows the same again. Questions are answered by
// explore-query.js, charts drawn by explore-chart.js. Without this script the page offers the files.
(() => {
  const form = document.getElementById("kham-pha"),
    facts = globalThis.tthcExplore,
    query = globalThis.tthcQuery,
    { choose, make, read, written } = globalThis.tthcQuestion ?? {};
  if (!form || !facts) return;
  const PAGE = 50,
    CHOICES = 400;
  const lang = document.documentElement.lang,
    root = form.dataset.root;
  const at = (id) => document.getElementById(id);
  const say = (code, blanks = {}) => facts.words[code].replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
  const format = new Intl.NumberFormat(lang === "vi" ? "vi-VN" : "en-GB", { maximumFractionDigits: 20 });
  const loaded = new Map();
  let state, table, chosen, described, view;

  const show = () => {
    const found = view.answer();
    const pages = Math.max(1, Math.ceil(found.lines.length / PAGE));
    state.page = Math.min(state.page, pages);
    const from = (state.page - 1) * PAGE;
    const [direction, sorted] = [state.sort.startsWith("-") ? "descending" : "ascending", state.sort.replace(/^-/, "")];
    const heads = found.columns.map((name) => {
      const button = make("button", {
        type: "button",
        textContent: view.titleOf(name),
        title: described[name]?.title ?? "",
      });
      button.addEventListener("click", () =>
        change({ sort: sorted === name && direction === "ascending" ? `-${name}` : name, page: 1 }),
      );
      const head = make("th", { scope: "col", className: view.isFigure(name) ? "n" : "" }, button);
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
      ...found.lines.slice(from, from + PAGE).map((line) => make("tr", {}, ...view.lineCells(line, found.columns))),
    );
    at("bang-ket-qua").textContent = chosen.title;
    at("tinh-trang").textContent = say(state.by.length ? "found_groups" : "found", {
      n: format.format(found.rows.length),
      all: format.format(table.rows),
      groups: format.format(found.lines.length),
      from: format.format(Math.min(from + 1, found.lines.length)),
      to: format.format(Math.min(from + PAGE, found.lines.length)),
    });
    at("cong").textContent = !state.by.length
      ? ""
      : say(chosen.adds.length ? "adds" : chosen.disclosure === "sdc1" ? "adds_protected" : "adds_never", {
          columns: chosen.adds.map(view.titleOf).join(", "),
        });
    at("trang-nao").textContent = say("page", { page: format.format(state.page), pages: format.format(pages) });
    at("truoc").disabled = state.page === 1;
    at("sau").disabled = state.page === pages;
    draw(found);
    const hash = written(state);
    if (location.hash.slice(1) !== hash) history.replaceState(null, "", `#${hash}`);
    at("lien-ket").value = location.href;
    for (const link of document.querySelectorAll("a.language")) link.hash = hash;
    at("tai").onclick = () =>
      globalThis.tthcChart.save(
        new Blob([view.csvOf(found)], { type: "text/csv;charset=utf-8" }),
        `${state.table}-${state.by.length ? "nhom" : "loc"}.csv`,
      );
    at("ket").hidden = false;
    document.documentElement.dataset.shown = hash;
  };

  const draw = (found) => {
    const numbers = state.by.length
      ? found.columns.slice(state.by.length)
      : chosen.columns
          .filter(
            (one) =>
              ["count", "rate", "target"].includes(one.role) ||
              (one.role === "label" && ["integer", "number"].includes(one.type)),
          )
          .map((one) => one.name);
    const labels = state.by.length
      ? []
      : chosen.columns
          .filter((one) => one.type === "string" && one.role !== "flag" && one.name !== view.last())
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
      numbers.map((name) => [name, view.titleOf(name)]),
      state.chart.value,
    );
    choose(
      at("ve-nhan"),
      labels.map((name) => [name, view.titleOf(name)]),
      state.chart.label,
    );
    Object.assign(state.chart, { value: at("ve-so").value, label: state.by.length ? "" : at("ve-nhan").value });
    at("hinh").replaceChildren();
    if (!state.chart.kind || !state.chart.value) return;
    const { value, label } = state.chart;
    const column = described[value] ?? {};
    const title = state.by.length
      ? `${view.titleOf(value)}: ${state.by.map(view.titleOf).join(", ")}`
      : `${view.titleOf(value)}: ${view.titleOf(label)}`;
    // Words are made for those that are drawn.
    const marks = found.lines.map((line) => ({
      value: view.valueOf(line, value),
      label: () => view.labelOf(line, label),
      text: () => view.textOf(line, value),
    }));
    globalThis.tthcDraw(at("hinh"), state.chart.kind, marks, {
      title: `${chosen.title}. ${title}`,
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
      chosen.columns.map((one) => [one.name, one.title]),
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
            column.coded ? `${facts.names[column.names]?.[value] ?? ""} (${value})` : view.nameOf(column, value),
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
    at("mo-ta").textContent = chosen.about;
    conditions();
    const columns = chosen.columns.map((one) => [one.name, one.title]);
    choose(at("nhom-1"), [["", say("no_group")], ...columns], state.by[0] ?? "");
    choose(at("nhom-2"), [["", "–"], ...columns], state.by[1] ?? "");
    at("nhom-2").disabled = !state.by.length;
    at("cot-nao").hidden = state.by.length > 0;
    const shown = new Set(view.shownColumns());
    at("cot").replaceChildren(
      ...chosen.columns.map((one) => {
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
    const own = (state = read(text, facts));
    chosen = facts.tables.find((one) => one.name === state.table);
    described = Object.fromEntries(chosen.columns.map((one) => [one.name, one]));
    fitting();
    at("tinh-trang").textContent = say("loading", { size: format.format(Math.ceil(chosen.bytes / 1000)) });
    try {
      if (!loaded.has(own.table)) {
        const asked = await fetch(`${root}du-lieu/${chosen.file}`);
        if (!asked.ok) throw new Error(asked.status);
        loaded.set(own.table, query.tableOf(await globalThis.tthcParquet.columnsOf(await asked.arrayBuffer())));
      }
    } catch {
      if (own !== state) return; // something else was asked for in the meantime
      at("tinh-trang").textContent = say(location.protocol === "file:" ? "from_disk" : "failed");
      form.hidden = true;
      at("ket").hidden = true;
      return;
    }
    if (own !== state) return;
    table = loaded.get(own.table);
    view = globalThis.tthcAnswer({ facts, of: chosen, table, state, format, say });
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
    const column = chosen.columns.find((one) => !one.hidden).name;
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
