// A question to the open data as words of an address, and small helpers of the page that asks it.
globalThis.tthcQuestion = (() => {
  // The question and its words in the address: bang, loc, xep, cot, nhom, ve, trang.
  const read = (text, facts) => {
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
  const written = (state) => {
    const said = new URLSearchParams([["bang", state.table]]);
    for (const { column, how, value } of state.conditions) said.append("loc", `${column}.${how}.${value}`);
    if (state.sort) said.append("xep", state.sort);
    for (const name of state.columns) said.append("cot", name);
    for (const name of state.by) said.append("nhom", name);
    if (state.chart.kind) said.append("ve", [state.chart.kind, state.chart.label, state.chart.value].join("."));
    if (state.page > 1) said.append("trang", state.page);
    return said.toString();
  };

  // An element with properties, a label for who does not see it, and contents.
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
  return { choose, make, read, written };
})();
