// The answer to a question: its lines, what a reader sees of each cell, and the CSV of it. A line is the number of a row,
// or a group of rows. Questions are worked out by explore-query.js.
globalThis.tthcAnswer = ({ facts, of: chosen, table, state, format, say }) => {
  const { make } = globalThis.tthcQuestion,
    query = globalThis.tthcQuery;
  const COUNT = "so_dong",
    SUM = "tong_";
  const described = Object.fromEntries(chosen.columns.map((one) => [one.name, one]));
  const protectedOnes = new Set(facts.protected);

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
  // Unless somebody chose: not the flags, nor what a condition holds to one value.
  const isFixed = (name) => state.conditions.filter((one) => one.column === name && one.how === "la").length === 1;
  const shownColumns = () =>
    state.columns.length
      ? state.columns
      : chosen.columns.filter((one) => !one.hidden && !isFixed(one.name)).map((one) => one.name);
  const isProtected = (row) =>
    chosen.disclosure === "by_indicator" &&
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
    const counts = chosen.columns.filter((one) => one.role === "count").map((one) => one.name);
    const sums = chosen.adds.length ? counts : [];
    const groups = query.group(table, rows, state.by, sums, chosen, isProtected);
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
  // A figure for a chart: its number, and its text with sign and note.
  const valueOf = (line, name) =>
    !state.by.length
      ? table.columns[name][line]
      : name === COUNT
        ? line.rows.length
        : (line.sums[name.slice(SUM.length)]?.sum ?? null);
  const textOf = (line, name) => {
    if (!state.by.length) return cellOf(described[name], line).textContent;
    return name === COUNT ? format.format(line.rows.length) : sumCell(line.sums[name.slice(SUM.length)]).textContent;
  };
  const labelOf = (line, name) =>
    state.by.length
      ? state.by.map((one, i) => nameOf(described[one], line.values[i])).join(" · ")
      : nameOf(described[name], table.columns[name][line]);

  // The CSV of the answer: whole rows of the published table, word for word, or the groups, with how many
  // rows had no figure to add. du_lieu always goes with it.
  const last = () => chosen.columns.at(-1).name;
  const csvOf = ({ columns, lines, rows, sums }) => {
    if (state.by.length) {
      const kinds = [...new Set(rows.map((row) => table.columns[last()][row]))].join(";");
      return query.csv([
        [...columns, ...sums.map((name) => `thieu_${name}`), last()],
        ...lines.map((line) => [
          ...line.values.map((one) => `${one ?? ""}`),
          `${line.rows.length}`,
          ...columns.slice(state.by.length + 1).map((name) => `${line.sums[name.slice(SUM.length)].sum ?? ""}`),
          ...sums.map((name) => `${line.sums[name].missing ?? ""}`),
          kinds,
        ]),
      ]);
    }
    // A figure goes nowhere without its flag and sign.
    const whole = chosen.columns
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

  const isFigure = (name) =>
    name === COUNT || name.startsWith(SUM) || (query.isNumber(described[name]) && described[name].type !== "boolean");
  return { answer, csvOf, isFigure, labelOf, last, lineCells, nameOf, shownColumns, textOf, titleOf, valueOf };
};
