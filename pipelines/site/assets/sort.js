// Lets a table be put in another order by the heads of its columns. Without this script the page of the other order is
// linked above it. Rows without a number stay last in either order.
(() => {
  const vietnamese = document.documentElement.lang === "vi";
  const number = (text) => {
    const plain = vietnamese ? text.replaceAll(".", "").replace(",", ".") : text.replaceAll(",", "");
    const digits = plain.match(/\d+(\.\d+)?/);
    return digits ? Number(digits[0]) : null;
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        const counts = head.classList.contains("n");
        const rows = [...body.rows].map((row) => {
          const text = row.cells[at].textContent.trim();
          return { row, value: counts ? number(text) : text };
        });
        rows.sort((one, other) => {
          if (one.value === null || other.value === null) return (one.value === null) - (other.value === null);
          const order = counts ? one.value - other.value : one.value.localeCompare(other.value, "vi");
          return down ? -order : order;
        });
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        body.append(...rows.map(({ row }) => row));
      });
    });
  }
})();
