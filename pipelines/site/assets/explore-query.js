// Questions to a table of columns: which rows, in which order, in which groups, and how they read as CSV. Nothing here
// knows the page. A table: {rows, columns: {name: array}}, null where a cell is empty; a day is its ISO text.
globalThis.tthcQuery = (() => {
  // đ is a letter of its own, not a d with a mark, so decomposing does not take it apart.
  const fold = (text) =>
    text
      .normalize("NFD")
      .replace(/[\u0300-\u036f]/g, "")
      .replace(/[đĐ]/g, "d")
      .toLowerCase();

  // A Parquet file's values as this file has them: whole numbers that are no BigInt, days as text.
  const plain = (value) =>
    typeof value === "bigint"
      ? Number(value)
      : value instanceof Date
        ? value.toISOString().slice(0, 10)
        : (value ?? null);
  const tableOf = ({ rows, columns }) => ({
    rows,
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.map(plain)])),
  });

  // The cell's text in the CSV of the same table: a number there always has a decimal point.
  const cellText = (value, type) =>
    value === null ? "" : type === "number" && Number.isInteger(value) ? `${value}.0` : `${value}`;

  // Conditions: {column, how, value}. Those of one column that say "is" are alternatives; all others hold together.
  const HOW = {
    la: (value, _, isNumber) => (cell) => cell !== null && (isNumber ? cell === Number(value) : `${cell}` === value),
    khac: (value, _, isNumber) => (cell) => cell === null || (isNumber ? cell !== Number(value) : `${cell}` !== value),
    chua: (value, name) => {
      const sought = fold(value);
      const fits = (cell) => fold(`${cell}`).includes(sought) || fold(name(cell)).includes(sought);
      const known = new Map(); // a million cells have a few hundred values
      return (cell) => {
        if (cell === null) return false;
        if (!known.has(cell)) known.set(cell, fits(cell));
        return known.get(cell);
      };
    },
    tu: (value, _, isNumber) => (cell) => cell !== null && (isNumber ? cell >= Number(value) : `${cell}` >= value),
    den: (value, _, isNumber) => (cell) => cell !== null && (isNumber ? cell <= Number(value) : `${cell}` <= value),
    trong: () => (cell) => cell === null || cell === "",
    co: () => (cell) => cell !== null && cell !== "",
  };
  const isNumber = (column) => column.type === "integer" || column.type === "number" || column.type === "boolean";
  // What is not filled in yet asks nothing.
  const testOf = ({ column, how, value }, described, nameOf) =>
    value === "" && how !== "trong" && how !== "co"
      ? () => true
      : HOW[how](value, (cell) => nameOf(described[column], cell), isNumber(described[column]));

  // described: the columns by name; nameOf(column, cell): what a reader sees of a code. Returns numbers of rows.
  const filter = (table, conditions, described, nameOf) => {
    const tests = [];
    for (const name of new Set(conditions.map((one) => one.column))) {
      const own = conditions.filter((one) => one.column === name);
      const either = own.filter((one) => one.how === "la").map((one) => testOf(one, described, nameOf));
      const all = own.filter((one) => one.how !== "la").map((one) => testOf(one, described, nameOf));
      const cells = table.columns[name];
      tests.push(
        (row) => (!either.length || either.some((test) => test(cells[row]))) && all.every((test) => test(cells[row])),
      );
    }
    const found = [];
    for (let row = 0; row < table.rows; row += 1) if (tests.every((test) => test(row))) found.push(row);
    return found;
  };

  // What is empty stands last in either order; equals stay as they were.
  const order = (items, valueOf, down) => {
    const collator = new Intl.Collator("vi", { numeric: true });
    const known = items.map((item) => [item, valueOf(item)]);
    known.sort(([, one], [, other]) => {
      const gone = [one, other].map((value) => value === null || value === "");
      if (gone[0] || gone[1]) return gone[0] - gone[1];
      const way = typeof one === "number" && typeof other === "number" ? one - other : collator.compare(one, other);
      return down ? -way : way;
    });
    return known.map(([item]) => item);
  };

  // A sum, or why there is none: "never" (the table's counts are never added), "protected", "mixed" (a key column along
  // which nothing may be added has several values in the group). `missing`: rows of the group without this figure.
  const sumOf = (table, rows, column, facts, isProtected) => {
    if (!facts.adds.length) return { why: facts.disclosure === "sdc1" ? "protected" : "never" };
    if (rows.some(isProtected)) return { why: "protected" };
    const fixed = facts.key.filter((name) => !facts.adds.includes(name));
    const mixed = fixed.filter((name) => rows.some((row) => table.columns[name][row] !== table.columns[name][rows[0]]));
    if (mixed.length) return { why: "mixed", columns: mixed };
    const values = rows.map((row) => table.columns[column][row]).filter((value) => value !== null);
    return {
      sum: values.length ? values.reduce((one, other) => one + other, 0) : null,
      missing: rows.length - values.length,
    };
  };

  // Groups of rows with the same values in `by`: {values, rows, sums: {column: as sumOf}}, in the order of first sight.
  const group = (table, rows, by, counts, facts, isProtected) => {
    const groups = new Map();
    for (const row of rows) {
      const values = by.map((name) => table.columns[name][row]);
      const key = JSON.stringify(values);
      if (!groups.has(key)) groups.set(key, { values, rows: [] });
      groups.get(key).rows.push(row);
    }
    return [...groups.values()].map((one) => ({
      ...one,
      sums: Object.fromEntries(counts.map((name) => [name, sumOf(table, one.rows, name, facts, isProtected)])),
    }));
  };

  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const csv = (lines) => lines.map((cells) => `${cells.map(quoted).join(",")}\n`).join("");

  return { cellText, csv, filter, fold, group, isNumber, order, tableOf };
})();
